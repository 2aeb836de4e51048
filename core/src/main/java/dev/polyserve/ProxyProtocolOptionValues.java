package dev.polyserve;

import java.time.Duration;
import java.util.Map;

/// The values of [Options.ProxyProtocol], and their defaults.
final class ProxyProtocolOptionValues extends ValueFields {
    Networks senders = Networks.none();
    Map<Endpoint, Networks> sendersAt = Map.of();
    Options.ProxyProtocol.Versions versions = Options.ProxyProtocol.Versions.ANY;
    Duration timeout = Duration.ofSeconds(3);

    @Override
    Object[] parts() {
        return new Object[]{"senders", senders, "sendersAt", sendersAt, "versions", versions, "timeout", timeout};
    }

    @Override
    void check() {
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException(
                    "proxy-protocol-timeout: " + timeout.toMillis() + " ms is not positive");
        }
    }
}
