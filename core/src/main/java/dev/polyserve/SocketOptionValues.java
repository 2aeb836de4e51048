package dev.polyserve;

import java.time.Duration;
import java.util.Optional;

/// The values of [Options.Sockets], and their defaults.
final class SocketOptionValues extends ValueFields {
    private static final Duration MOST = Duration.ofDays(20);

    int backlog = 4096;
    boolean reuseAddress = true;
    boolean noDelay = true;
    int receiveBufferBytes;
    int sendBufferBytes;
    Optional<Options.KeepAlive> keepAlive = Optional.empty();
    Duration userTimeout = Duration.ZERO;
    Duration deferAccept = Duration.ZERO;

    @Override
    Object[] parts() {
        return new Object[]{"backlog", backlog, "reuseAddress", reuseAddress, "noDelay", noDelay, "receiveBufferBytes",
            receiveBufferBytes, "sendBufferBytes", sendBufferBytes, "keepAlive", keepAlive, "userTimeout", userTimeout,
            "deferAccept", deferAccept};
    }

    @Override
    void check() {
        atLeast("backlog", backlog, 1);
        atLeast("receive-buffer", receiveBufferBytes, 0);
        atLeast("send-buffer", sendBufferBytes, 0);
        within("user-timeout", userTimeout, Duration.ofMillis(1), MOST);
        within("defer-accept", deferAccept, Duration.ofSeconds(1), MOST);
    }

    private static void within(String name, Duration value, Duration least, Duration most) {
        if (!value.isZero() && (value.compareTo(least) < 0 || value.compareTo(most) > 0)) {
            throw new IllegalArgumentException(name + ": " + value.toMillis() + " ms is not between "
                    + least.toMillis() + " ms and " + most.toDays() + " days");
        }
    }
}
