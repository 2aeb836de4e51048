package dev.polyserve.cli.proxy;

import dev.polyserve.Connection;
import dev.polyserve.TimedOutException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

/// Reads the first bytes of a connection until they tell the name that a TLS client asks for, or that it asks for none.
///
/// **Thread**: the connection's own.
///
/// @param bytes what was read, and is to be passed on
/// @param hello what they tell; never [ClientHello.Incomplete], unless the client sent no more
record ClientHelloReader(ByteBuffer bytes, ClientHello hello) {
    private static final int FIRST_ROOM = 2 << 10;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    /// Reads them.
    ///
    /// @param atMost zero: only the server's limits apply
    /// @throws TimedOutException when the client has not sent them in this time
    static ClientHelloReader of(Connection client, Duration atMost) throws IOException {
        long begunNanos = System.nanoTime();
        ByteBuffer bytes = ByteBuffer.allocate(FIRST_ROOM);
        ClientHello hello = ClientHello.of(NOTHING);
        boolean ended = false;
        while (hello instanceof ClientHello.Incomplete more && !ended && bytes.position() < ClientHello.MOST_BYTES) {
            bytes = withRoom(bytes);
            if (!atMost.isZero()) {
                client.readTimeout(left(atMost, begunNanos));
            }
            ended = client.read(bytes) < 0;
            if (bytes.position() >= more.bytesNeeded()) {
                hello = ClientHello.of(bytes.duplicate().flip());
            }
        }
        client.readTimeout(null);
        return new ClientHelloReader(bytes.flip(), hello);
    }

    private static Duration left(Duration atMost, long begunNanos) throws TimedOutException {
        Duration left = atMost.minusNanos(System.nanoTime() - begunNanos);
        if (!left.isPositive()) {
            throw new TimedOutException("the name that the client asks for", atMost);
        }
        return left;
    }

    private static ByteBuffer withRoom(ByteBuffer bytes) {
        return bytes.hasRemaining() ? bytes : ByteBuffer.allocate(2 * bytes.capacity()).put(bytes.flip());
    }
}
