# The dashboard's image: the client, the pages, and nothing that serves or trains models.
#   docker build -f deploy/dashboard.Dockerfile -t chisto-dashboard:1.0.0 .
FROM python:3.11-slim

RUN useradd --create-home --uid 10001 chisto
WORKDIR /app
COPY deploy/requirements.txt pyproject.toml README.md LICENSE service.py ./
RUN pip install --no-cache-dir -r requirements.txt
COPY chisto ./chisto
COPY panel_app ./panel_app
COPY cli ./cli
COPY models_store ./models_store
COPY training ./training
COPY http_api ./http_api
RUN pip install --no-cache-dir --no-deps .

USER chisto
ENV CHISTO_DASHBOARD_HOST=0.0.0.0
EXPOSE 5006
HEALTHCHECK --interval=10s --start-period=20s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:5006/liveness')"]
CMD ["chisto", "dashboard"]
