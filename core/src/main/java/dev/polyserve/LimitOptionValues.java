package dev.polyserve;

/// The values of [Options.Limits], and their defaults.
final class LimitOptionValues extends ValueFields {
    int connections = 20_000;
    int connectionsPerAddress = 5_000;
    int queue = 1024;
    int frameBytes = 64 << 10;
    int highWaterBytes = 64 << 10;
    int bufferBytesPerConnection = 4 << 20;
    long bufferBytesTotal = Math.max(8L << 20, Runtime.getRuntime().maxMemory() / 4);
    int senderQueueBytes = 256 << 10;
    int datagramBytes = Options.Limits.MAX_DATAGRAM_BYTES;
    int datagramQueueBytes = 256 << 10;
    int tlsHandshakes = 1000;
    int acceptsPerSecond = 0;
    int minInputBytesPerSecond = 0;

    @Override
    Object[] parts() {
        return new Object[]{"connections", connections, "connectionsPerAddress", connectionsPerAddress, "queue", queue,
            "frameBytes", frameBytes, "highWaterBytes", highWaterBytes, "bufferBytesPerConnection",
            bufferBytesPerConnection, "bufferBytesTotal", bufferBytesTotal, "senderQueueBytes", senderQueueBytes,
            "datagramBytes", datagramBytes, "datagramQueueBytes", datagramQueueBytes, "tlsHandshakes", tlsHandshakes,
            "acceptsPerSecond", acceptsPerSecond, "minInputBytesPerSecond", minInputBytesPerSecond};
    }

    @Override
    void check() {
        atLeast("max-connections", connections, 1);
        atLeast("max-per-ip", connectionsPerAddress, 0);
        atLeast("queue", queue, 0);
        atLeast("max-frame", frameBytes, 1);
        atLeast("high-water", highWaterBytes, 1);
        atLeast("max-buffer", bufferBytesPerConnection, 1);
        atLeast("max-buffer-total", bufferBytesTotal, 1);
        atLeast("sender-queue", senderQueueBytes, 1);
        atLeast("max-datagram", datagramBytes, 1);
        atLeast("datagram-queue", datagramQueueBytes, 1);
        atLeast("tls-handshakes", tlsHandshakes, 1);
        atLeast("accept-rate", acceptsPerSecond, 0);
        atLeast("min-rate", minInputBytesPerSecond, 0);
        if (datagramBytes > Options.Limits.MAX_DATAGRAM_BYTES) {
            throw new IllegalArgumentException("max-datagram: " + datagramBytes + " is more than "
                    + Options.Limits.MAX_DATAGRAM_BYTES + ", the most UDP carries");
        }
    }
}
