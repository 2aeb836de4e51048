package dev.polyserve.cli.services;

import dev.polyserve.Sender;
import dev.polyserve.TimedOutException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

/// What a thread beside a connection passes on to its client, as fast as the client takes it.
///
/// **Thread**: one sends; the rest, any.
final class Delivery {
    private static final System.Logger LOG = System.getLogger(Delivery.class.getName());
    private static final Duration ROOM_AT_MOST = Duration.ofSeconds(10);

    private final Sender client;
    private volatile long lastBytesNanos = System.nanoTime();

    Delivery(Sender client) {
        this.client = client;
    }

    /// Bytes have gone one way or the other: nobody is silent.
    void moved() {
        lastBytesNanos = System.nanoTime();
    }

    /// Sends a piece that has come just now, for as long as the client lives: the server itself ends one that takes nothing.
    ///
    /// @throws IOException when the client is gone
    void send(ByteBuffer bytes) throws IOException, InterruptedException {
        moved();
        boolean sent = false;
        while (!sent) {
            try {
                client.send(bytes.duplicate(), ROOM_AT_MOST);
                sent = true;
            } catch (TimedOutException e) {
                LOG.log(System.Logger.Level.DEBUG, "the client is slow: " + e.getMessage());
            }
        }
    }

    /// Waits until the thread that sends has ended, for as long as bytes move at least every so often; zero: however seldom.
    void awaitEnd(Thread sending, Duration longestSilence) throws InterruptedException {
        if (longestSilence.isZero()) {
            sending.join();
            return;
        }
        Duration left = longestSilence;
        while (left.isPositive() && !sending.join(left)) {
            left = longestSilence.minusNanos(System.nanoTime() - lastBytesNanos);
        }
    }
}
