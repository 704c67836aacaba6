"""Post: letters to mail servers and to the group robots of WeCom, DingTalk and Feishu.

A letter is put into the outbox first and claimed from it before it is sent, so that a crash at any moment sends nothing
twice and forgets nothing. Read `letter.py` for what a letter is, `outbox.py` for what becomes of it, `smtp.py` and
`chat.py` for the two ways out.
"""
