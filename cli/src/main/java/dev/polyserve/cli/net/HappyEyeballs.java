package dev.polyserve.cli.net;

import dev.polyserve.text.PrintableAddress;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Connects to the first of several addresses that answers, as RFC 8305 ("Happy Eyeballs", section 5) describes.
/// Attempts run one after the other; the next one starts when the previous one has failed or has not answered for 250
/// ms. The first connection wins, and the others are closed.
///
/// **Thread**: one; a wait unmounts a virtual thread.
final class HappyEyeballs implements AutoCloseable {
    private static final long ATTEMPT_DELAY_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final Deque<InetSocketAddress> untried;
    private final Map<SocketChannel, InetSocketAddress> pending = new LinkedHashMap<>();
    private final List<String> failures = new ArrayList<>();

    /// @param addresses in the order of the attempts, at least one
    HappyEyeballs(List<InetSocketAddress> addresses) {
        this.untried = new ArrayDeque<>(addresses);
    }

    /// Tries all addresses.
    ///
    /// @return a connected channel in blocking mode, which the caller closes
    /// @throws IOException naming each address and why its attempt failed
    SocketChannel connect(Duration atMost) throws IOException {
        if (untried.size() == 1) {
            return connect(untried.removeFirst(), atMost);
        }
        long deadline = System.nanoTime() + atMost.toNanos();
        try (Selector selector = Selector.open()) {
            @Nullable
            SocketChannel winner = null;
            long nextNanos = System.nanoTime();
            while (winner == null) {
                long now = System.nanoTime();
                if (!untried.isEmpty() && (pending.isEmpty() || now - nextNanos >= 0)) {
                    winner = begin(untried.removeFirst(), selector);
                    nextNanos = now + ATTEMPT_DELAY_NANOS;
                } else if (pending.isEmpty()) {
                    throw new ConnectException(String.join("; ", failures));
                } else if (now - deadline >= 0) {
                    throw new SocketTimeoutException(timedOut(atMost));
                } else {
                    winner = await(selector, Math.min(untried.isEmpty() ? deadline : nextNanos, deadline) - now);
                }
            }
            pending.remove(winner);
            deregister(winner, selector);
            return winner;
        }
    }

    /// A single address, the usual case, needs no selector.
    private static SocketChannel connect(InetSocketAddress address, Duration atMost) throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            channel.socket().connect(address, (int) Math.max(1, atMost.toMillis()));
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /// @return the channel if it is connected at once, otherwise null
    private @Nullable SocketChannel begin(InetSocketAddress address, Selector selector) throws IOException {
        SocketChannel channel = SocketChannel.open();
        pending.put(channel, address);
        channel.configureBlocking(false);
        try {
            if (channel.connect(address)) {
                return channel;
            }
            channel.register(selector, SelectionKey.OP_CONNECT);
        } catch (ClosedByInterruptException e) {
            throw e;
        } catch (IOException e) {
            failed(channel, e);
        }
        return null;
    }

    private @Nullable SocketChannel await(Selector selector, long nanos) throws IOException {
        selector.select(Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos)));
        if (Thread.currentThread().isInterrupted()) {
            throw new ClosedByInterruptException();
        }
        for (SelectionKey key : selector.selectedKeys()) {
            SocketChannel channel = (SocketChannel) key.channel();
            try {
                if (channel.finishConnect()) {
                    return channel;
                }
            } catch (IOException e) {
                failed(channel, e);
            }
        }
        selector.selectedKeys().clear();
        return null;
    }

    private void failed(SocketChannel channel, IOException why) throws IOException {
        InetSocketAddress address = pending.remove(channel);
        failures.add((address == null ? "" : PrintableAddress.shown(address) + ": ") + why.getMessage());
        channel.close();
    }

    private String timedOut(Duration atMost) {
        List<String> all = new ArrayList<>(failures);
        pending.values().forEach(address -> all.add(PrintableAddress.shown(address) + ": no answer"));
        return "no connection within " + atMost.toSeconds() + " s: " + String.join("; ", all);
    }

    private static void deregister(SocketChannel winner, Selector selector) throws IOException {
        SelectionKey key = winner.keyFor(selector);
        if (key != null) {
            key.cancel();
            selector.selectNow();
        }
        winner.configureBlocking(true);
    }

    /// Closes the attempts that did not win.
    @Override
    public void close() throws IOException {
        for (SocketChannel channel : pending.keySet()) {
            channel.close();
        }
    }
}
