"""A class of thirty on a JupyterHub of this machine: `make hub-test`."""
