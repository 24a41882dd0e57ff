# Serves models with TensorFlow Serving's ports, variables and flags: docs/docker.md.
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
ENV ONNXRUNTIME_NODE_INSTALL=skip
WORKDIR /src
COPY . .
RUN npx --yes pnpm@10.34.9 install --frozen-lockfile
RUN npm run build
RUN npx --yes pnpm@10.34.9 --config.inject-workspace-packages=true --filter @servable/image deploy --prod /app
RUN node docker/keep-platform.mjs /app

FROM ${NODE_IMAGE}
ENV NODE_ENV=production MODEL_NAME=model MODEL_BASE_PATH=/models
WORKDIR /app
COPY --from=build /app /app
RUN mkdir -p /models
USER 1000:1000
EXPOSE 8500 8501
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["node", "/app/healthcheck.mjs"]
ENTRYPOINT ["node", "/app/node_modules/@servable/server/bin/servable.js", "--port=8500", "--rest_api_port=8501"]
