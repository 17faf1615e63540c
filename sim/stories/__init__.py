"""Worked patients: who she is and what must happen to her, as a clinician writes it, against what the model does.

    story       what a story says
    story_file  reading and checking its file
    telling     the one patient it is about, in its hospital, by either engine
    comparing   her journey beside the one that was expected, in words

Nothing in the model knows of it. docs/stories.md says how a story is written.
"""
