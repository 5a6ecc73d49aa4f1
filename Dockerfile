# The course in one image, for a laptop, a Codespace or a hub, with the CPU build of torch.
#
#   docker build -t ddlearn .
#   docker run --rm -it -p 8888:8888 -v ddlearn-work:/srv/ddlearn ddlearn
#
# The second line prints an address with a token: open it. A learner's work lies in the volume `ddlearn-work`.
# On a JupyterHub the image is started with `jupyterhub-singleuser`, which constraints.txt fixes too.
FROM python:3.12-slim-bookworm

RUN useradd --create-home --uid 1000 learner && install --directory --owner learner /srv/ddlearn
ENV PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1

# Packages first, from the two files of pins alone: a layer that a new lesson does not build again.
COPY constraints.txt binder/requirements.txt /tmp/pins/
RUN pip install -r /tmp/pins/requirements.txt && pip install -c /tmp/pins/constraints.txt jupyterhub

# What `ddlearn lab` sets too, for a hub: a refresher that is opened by its link is read, not edited.
COPY ddlearn/course/lab_settings/overrides.json /usr/local/share/jupyter/lab/settings/
COPY . /opt/ddlearn
RUN pip install --no-deps /opt/ddlearn && ddlearn --version

USER learner
WORKDIR /srv/ddlearn
EXPOSE 8888
CMD ["ddlearn", "lab", ".", "--ip", "0.0.0.0", "--port", "8888", "--no-browser"]
