package dev.polyserve.cli.services;

import dev.polyserve.Sender;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/// Passes what upstream says to a proxy's client, on a virtual thread of its own.
///
/// **Thread**: any but its own.
final class UpstreamPump implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(UpstreamPump.class.getName());
    private static final int BUFFER_BYTES = 16 << 10;

    private final SocketChannel channel;
    private final Sender client;
    private final Delivery delivery;
    private final Thread thread;

    private UpstreamPump(SocketChannel channel, Sender client) {
        this.channel = channel;
        this.client = client;
        this.delivery = new Delivery(client);
        this.thread = Thread.ofVirtual().name("polyserve-upstream-" + client.id()).unstarted(this::pump);
    }

    /// Begins to pass bytes from the channel to the client.
    static UpstreamPump start(SocketChannel channel, Sender client) {
        UpstreamPump pump = new UpstreamPump(channel, client);
        pump.thread.start();
        return pump;
    }

    /// Closes the channel, which ends it at once; nothing is sent to the client after this returns.
    @Override
    public void close() throws IOException {
        channel.close();
        // It may also wait for room in the client's queue.
        thread.interrupt();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /// Waits until upstream has ended, for as long as it says something at least every so often; zero: however seldom.
    void awaitEnd(Duration longestSilence) throws InterruptedException {
        delivery.awaitEnd(thread, longestSilence);
    }

    private void pump() {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        try {
            while (channel.read(buffer) >= 0) {
                delivery.send(buffer.flip());
                buffer.clear();
            }
            client.end();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "nothing more can be passed on: " + e.getMessage());
            client.close();
        } catch (InterruptedException _) {
            // The conversation is over: that is how it ends this thread.
            client.close();
        }
    }
}
