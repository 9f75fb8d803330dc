"""What happened? Women, their insurance, pregnancies and care activities.

Facts are appended, never changed: a pregnancy is a row of dated versions, an activity that was
entered in error is withdrawn. Public: `models`, `commands` (writes), `queries` (reads).
"""
