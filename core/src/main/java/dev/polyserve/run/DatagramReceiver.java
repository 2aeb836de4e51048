package dev.polyserve.run;

import dev.polyserve.Datagram;
import dev.polyserve.ConnectionInfo;
import dev.polyserve.Endpoint;
import dev.polyserve.Limit;
import dev.polyserve.Networks;
import dev.polyserve.ServerListener;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.io.DatagramPort;
import dev.polyserve.io.DatagramSender;
import dev.polyserve.loop.EventLoop;
import dev.polyserve.loop.Multiplexer;
import dev.polyserve.proxy.ProxyHeader;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Receives the datagrams of one port: a few in each turn of the loop, after a failure later, and none while its subclass
/// takes none. A PROXY header in front of a datagram is taken off.
///
/// **Thread**: the accept loop's.
abstract sealed class DatagramReceiver implements Multiplexer.Ready, DatagramSender.Outcome
        permits DatagramDriver, DatagramSessionDriver {
    private static final int DATAGRAMS_PER_TURN = 64;

    final EventLoop loop;
    final DatagramPort port;
    final ServerContext context;
    final ServerListener events;
    final AcceptGate acceptLimit;
    final ServerCounters counters;
    /// What was received.
    final ByteBuffer buffer;
    private final DatagramProxyHeaderReader proxyHeaders;
    private final Backoff backoff = new Backoff();
    private Multiplexer.@Nullable Watch watch;
    private EventLoop.@Nullable Delayed pause;
    private boolean resumes;

    /// @param asked the endpoint that the server was given; the port has the real one
    DatagramReceiver(EventLoop loop, DatagramPort port, Endpoint asked, ServerContext context, AcceptGate acceptLimit,
            ServerCounters counters) {
        this.loop = loop;
        this.port = port;
        this.context = context;
        this.events = context.listener();
        this.acceptLimit = acceptLimit;
        this.counters = counters;
        this.proxyHeaders = new DatagramProxyHeaderReader(asked, port.endpoint(), context);
        // One byte more than the limit, so that a longer datagram is detected.
        this.buffer = ByteBuffer.allocateDirect(context.options().limits().datagramBytes() + 1);
    }

    /// Whether datagrams are to be received now.
    abstract boolean isOpen();

    /// Makes room for the longest datagram.
    ///
    /// @return false when the budget of all buffers does not allow it
    abstract boolean reserve();

    /// Receives a datagram into the buffer.
    ///
    /// @return its sender; null: there is none
    abstract @Nullable SocketAddress receive() throws IOException;

    /// Handles the datagram that is in the buffer, from its start to its position.
    abstract void received(SocketAddress from);

    /// Sends what was collected in this turn.
    abstract void turnEnds();

    /// Starts or stops watching the port.
    void arm() {
        loop.assertOwner();
        if (pause != null) {
            return;
        }
        int interest = isOpen() ? Multiplexer.READ : 0;
        if (watch == null && interest == 0) {
            return;
        }
        try {
            if (watch == null) {
                watch = loop.watch(port, interest, this);
            } else {
                loop.change(watch, interest);
            }
        } catch (IOException e) {
            failed(e);
            return;
        }
        if (interest != 0) {
            resumeHeld();
        }
    }

    /// Schedules a later task for the datagrams that the port already holds, so that other work of the loop runs first.
    private void resumeHeld() {
        if (!resumes && port.holdsReceived()) {
            resumes = true;
            loop.post(() -> {
                resumes = false;
                if (pause == null) {
                    ready(Multiplexer.READ);
                }
            });
        }
    }

    /// Releases the port, after the last reply. **Thread**: any.
    void close() {
        try {
            port.close();
        } catch (IOException e) {
            events.acceptFailed(port.endpoint(), e, Duration.ZERO);
        }
    }

    @Override
    public void ready(int readiness) {
        loop.assertOwner();
        loop.turnBegins();
        receiveSome();
        turnEnds();
    }

    private void receiveSome() {
        for (int left = DATAGRAMS_PER_TURN; left > 0; left--) {
            if (!isOpen()) {
                arm();
                return;
            }
            if (!reserve()) {
                events.limitReached(Limit.BUFFER_TOTAL);
                long _ = pauseReceiving();
                return;
            }
            try {
                SocketAddress peer = receive();
                if (peer == null) {
                    return;
                }
                backoff.succeeded();
                counters.datagramIn();
                received(peer);
            } catch (IOException | RuntimeException | Error e) {
                failed(e);
                return;
            }
        }
        resumeHeld();
    }

    /// The peers that must send a PROXY header with each datagram, now; empty: there are no headers.
    final Networks headerSenders() {
        return proxyHeaders.senders();
    }

    /// Takes the PROXY header off the datagram in the buffer, which then begins at its payload.
    ///
    /// @param senders as [#headerSenders] has returned them, not empty
    /// @return null when it is malformed or missing
    final @Nullable Received withoutHeader(SocketAddress from, Networks senders, boolean truncated) {
        SocketAddress local = port.local();
        Optional<ProxyHeader> header = proxyHeaders.take(buffer, from, senders);
        if (header.isEmpty()) {
            return null;
        }
        ProxiedAddresses proxied = header.get().route()
                .map(route -> new ProxiedAddresses(header.get(), route, from, local)).orElse(null);
        return new Received(from, local, proxied, buffer.slice(), truncated);
    }

    @Override
    public void sent() {
        counters.datagramOut();
    }

    @Override
    public void failed(SocketAddress to, IOException why) {
        events.datagramFailed(port.endpoint(), to, why);
    }

    private void failed(Throwable error) {
        events.acceptFailed(port.endpoint(), error, Duration.ofNanos(pauseReceiving()));
    }

    private long pauseReceiving() {
        loop.assertOwner();
        long nanos = backoff.failedNanos();
        if (watch != null) {
            loop.change(watch, 0);
        }
        if (pause == null) {
            pause = loop.schedule(nanos, () -> {
                pause = null;
                arm();
            });
        }
        return nanos;
    }

    /// A datagram.
    ///
    /// @param from the real sender, to which the reply goes
    /// @param to the real address that it arrived at
    /// @param header what its PROXY header says; null: there is none, or it names no addresses
    record Received(SocketAddress from, SocketAddress to, @Nullable ProxiedAddresses header,
            ByteBuffer payload, boolean truncated) implements Datagram {
        @Override
        public SocketAddress peer() {
            return header == null ? from : header.peer();
        }

        @Override
        public SocketAddress local() {
            return header == null ? to : header.local();
        }

        @Override
        public Optional<ConnectionInfo.Proxied> proxied() {
            return Optional.ofNullable(header);
        }
    }
}
