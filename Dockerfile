# Requires BuildKit. The build stage runs on the architecture of the build machine; its output is portable.
# scripts/pin-images adds the digests of the images.
FROM --platform=$BUILDPLATFORM mcr.microsoft.com/dotnet/sdk:10.0.401 AS build
WORKDIR /source
COPY . .
RUN dotnet publish src/FleetExporter -c Release -o /app --nologo -p:UseAppHost=false -p:RestoreLockedMode=true

FROM mcr.microsoft.com/dotnet/aspnet:10.0.12
# User of the exporter. SSH keys are readable by their owner only, so compose passes the caller's uid. OpenSSH requires a passwd entry for it.
ARG UID=1654
RUN apt-get update \
 && apt-get install -y --no-install-recommends openssh-client \
 && rm -rf /var/lib/apt/lists/* \
 && { getent passwd "$UID" >/dev/null || useradd --uid "$UID" --home-dir /data --no-create-home --shell /usr/sbin/nologin fleet; } \
 && install -d -o "$UID" -m 0700 /data
COPY --from=build /app /app
COPY scripts/healthy /usr/local/bin/healthy
# The exporter writes to /data and /tmp only.
ENV DOTNET_EnableDiagnostics=0 HOME=/data XDG_RUNTIME_DIR=/tmp
USER $UID
WORKDIR /data
VOLUME /data
EXPOSE 9470
HEALTHCHECK --interval=15s --timeout=5s --start-period=10s CMD ["healthy", "9470"]
ENTRYPOINT ["dotnet", "/app/fleet-exporter.dll"]
CMD ["serve", "--config", "/config/fleet.yml"]
