"""A population of accounts under a policy: who posts, is caught or missed, mends, appeals, comes back, day by day.

model        quantities: how accounts, readers and reviewers behave, and where each number comes from
read         a model from its YAML file
rules        what the model needs of a policy, as numbers
marks        where chance comes from
accounts     the accounts as a struct of arrays
desk         what waits for reviewers
world        one run, a day at a time
measures     what a run came to, in a few numbers
study        several runs: replicates with intervals, variants side by side, the frontier between two kinds of harm
sensitivity  which quantity matters (needs SciPy)
"""
