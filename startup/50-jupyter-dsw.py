# Runs at the start of every IPython kernel and shell of this environment. An exception here would
# keep the startup files after it from running, and a name left here would be in the user's way.
try:
    from jupyter_dsw import load_ipython_extension as _jupyter_dsw_load

    _jupyter_dsw_load(get_ipython())  # noqa: F821
except Exception:  # noqa: BLE001, S110
    pass
finally:
    globals().pop("_jupyter_dsw_load", None)
