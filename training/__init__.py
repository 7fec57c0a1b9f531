"""How the shipped model is made and measured: the corpus' test part, the labelling guide, and the commands.

Training itself lives in ``bot.language.training``, because ``vidhuk retrain`` needs it where the bot runs.
"""
