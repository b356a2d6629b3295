# One image for every process of production: the command chooses (see docker-compose.yml).
# Debian, not Alpine: the native part of the Temporal SDK is built for glibc.
ARG NODE_IMAGE=node:20.20.2-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
# Generates the Prisma client, builds the scripts of the pages, compiles, and bundles the workflows: the same steps as on a laptop.
RUN node tools/setup.mjs

FROM ${NODE_IMAGE} AS packages
WORKDIR /app
COPY package.json package-lock.json ./
# Install scripts only fetch what the image does not use. Then without what production does not use: Prisma's command line and its
# engines, which npm keeps because the client could work beside them, and the SDK's native part for other platforms than this one.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
  && rm -rf node_modules/prisma node_modules/@prisma/engines* \
  && native="$(node -p "({ x64: 'x86_64', arm64: 'aarch64' })[process.arch] + '-unknown-linux-gnu'")" \
  && test -d "node_modules/@temporalio/core-bridge/releases/$native" \
  && find node_modules/@temporalio/core-bridge/releases -mindepth 1 -maxdepth 1 ! -name "$native" -exec rm -rf {} +

FROM ${NODE_IMAGE}
ENV NODE_ENV=production
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# Read as they are, beside package.json.
COPY --from=build /app/prisma/migrations ./prisma/migrations
COPY package.json ./
# Everything belongs to root, so the processes cannot change their own code.
USER node
STOPSIGNAL SIGTERM
EXPOSE 3000 9464
CMD ["node", "--enable-source-maps", "dist/api/main.js"]
