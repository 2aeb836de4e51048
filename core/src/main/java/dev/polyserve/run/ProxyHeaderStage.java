package dev.polyserve.run;

import dev.polyserve.Endpoint;
import dev.polyserve.Limit;
import dev.polyserve.Networks;
import dev.polyserve.Options;
import dev.polyserve.conversation.AddressPair;
import dev.polyserve.conversation.NanoClock;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.io.Listener;
import dev.polyserve.io.StreamSocket;
import dev.polyserve.loop.EventLoop;
import dev.polyserve.loop.Multiplexer;
import dev.polyserve.proxy.ProxyHeader;
import dev.polyserve.proxy.ProxyHeaderParser;
import dev.polyserve.text.PrintableAddress;
import dev.polyserve.text.PrintableText;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads the PROXY headers of accepted connections, and passes each connection on when its header is whole. At an endpoint
/// without senders it passes connections on at once.
///
/// ```
///   take ──not a sender──────────────────────────────▶ refused
///     └──▶ READING ──whole──▶ passed on                   ▲
///             │        └─the server is full─▶ WAITING ──room──▶ passed on
///             └──malformed, ended, reset, late, closed──▶─┘
/// ```
///
/// It never waits, and reads no byte after a header. Nothing is sent before the header is whole.
///
/// **Thread**: the accept loop's.
final class ProxyHeaderStage {
    private static final int READ_BYTES = 4 << 10;

    private final EventLoop loop;
    private final AdmissionController admission;
    private final ServerContext context;
    private final Runnable whenLeft;
    private final RateLimitedLog refusals;
    private final ByteBuffer input = ByteBuffer.allocate(READ_BYTES);
    private final Set<Reading> readings = new HashSet<>();
    /// Those of `readings` whose header is whole, while the server is full.
    private final Queue<Reading> waiting = new ArrayDeque<>();
    private boolean roomAwaited;

    /// @param whenLeft called when a connection has left after [#hasRoom] returned false
    ProxyHeaderStage(EventLoop loop, AdmissionController admission, ServerContext context, Runnable whenLeft) {
        this.loop = loop;
        this.admission = admission;
        this.context = context;
        this.whenLeft = whenLeft;
        this.refusals = new RateLimitedLog(context.log(), NanoClock.SYSTEM, 1);
    }

    /// The handler for the connections of one listener.
    ///
    /// @param asked the endpoint that the server was given
    AcceptHandler at(Endpoint asked) {
        return new AcceptHandler() {
            @Override
            public boolean hasRoom() {
                return ProxyHeaderStage.this.hasRoom();
            }

            @Override
            public void take(StreamSocket socket, Listener listener) {
                Networks senders = context.options().proxyProtocol().senders(asked);
                if (senders.isEmpty() || listener.acceptedElsewhere()) {
                    admission.take(socket, listener);
                } else {
                    new Reading(socket, listener, context.options().proxyProtocol()).begin(senders);
                }
            }
        };
    }

    /// Connections that are here are open ones, too. Those that wait for room come first.
    private boolean hasRoom() {
        if (readings.size() >= context.options().limits().connections()) {
            roomAwaited = true;
            return false;
        }
        return admission.hasRoom() && waiting.isEmpty();
    }

    /// Passes on connections that wait for room, as far as there is room again.
    void passWaiting() {
        loop.assertOwner();
        while (!waiting.isEmpty() && admission.hasRoom()) {
            waiting.remove().passIfPossible();
        }
    }

    /// Closes the connections whose header is not whole.
    void close() {
        loop.assertOwner();
        for (Reading reading : List.copyOf(readings)) {
            reading.refuse("the server stops");
        }
    }

    private void left(Reading reading) {
        readings.remove(reading);
        waiting.remove(reading);
        if (roomAwaited) {
            roomAwaited = false;
            whenLeft.run();
        }
    }

    /// One connection whose header is not whole.
    private final class Reading implements Multiplexer.Ready {
        private final StreamSocket socket;
        private final Listener listener;
        private final AddressPair real;
        private final ProxyHeaderParser parser;
        private final long timeoutNanos;
        private Multiplexer.@Nullable Watch watch;
        private EventLoop.@Nullable Delayed deadline;
        /// What the connection shows once its header is whole.
        private AddressPair shown;

        Reading(StreamSocket socket, Listener listener, Options.ProxyProtocol rules) {
            this.socket = socket;
            this.listener = listener;
            this.real = socket.control().ends();
            this.shown = real;
            this.parser = new ProxyHeaderParser(rules.versions());
            this.timeoutNanos = ServerContext.nanos(rules.timeout());
        }

        void begin(Networks senders) {
            if (real.peer() instanceof InetSocketAddress inet && inet.getPort() == 0) {
                // The system does not know the address of a connection that its peer has reset.
                endedEarly("it was reset before it was accepted");
                return;
            }
            if (!senders.contains(real.peer())) {
                refuse("it may not send a PROXY header, which is required there");
                return;
            }
            try {
                socket.control().blocking(false);
                readings.add(this);
                if (!isOver()) {
                    watch = loop.watch(socket.control().unowned().source(), Multiplexer.READ, this);
                    deadline = loop.schedule(timeoutNanos, this::late);
                }
            } catch (IOException e) {
                refuse("its PROXY header cannot be read: " + PrintableText.of(String.valueOf(e.getMessage())));
            }
        }

        private void late() {
            long pauseNanos = loop.limitPauseNanos();
            if (pauseNanos > 0) {
                // The loop was held up: what has arrived meanwhile is not read yet.
                deadline = loop.schedule(pauseNanos, this::late);
            } else {
                refuse("its PROXY header was not whole in time");
            }
        }

        @Override
        public void ready(int readiness) {
            loop.assertOwner();
            loop.turnBegins();
            try {
                boolean _ = isOver();
            } catch (IOException e) {
                refuse("its PROXY header cannot be read: " + PrintableText.of(String.valueOf(e.getMessage())));
            } catch (RuntimeException | Error e) {
                // No thread or no memory for it; the connection is closed.
                context.listener().acceptFailed(listener.endpoint(), e, Duration.ZERO);
            }
        }

        /// Reads what has arrived of the header, and no more.
        ///
        /// @return whether the connection has left
        private boolean isOver() throws IOException {
            StreamSocket from = socket.control().unowned();
            while (true) {
                int count = from.read(input.clear().limit(Math.min(parser.wants(), READ_BYTES)));
                if (count <= 0) {
                    if (count < 0) {
                        if (parser.size() == 0) {
                            endedEarly("it ended without a PROXY header");
                        } else {
                            refuse("it ended within its PROXY header");
                        }
                    }
                    return count < 0;
                }
                switch (parser.parse(input.flip())) {
                    case ProxyHeaderParser.Result.More() -> {
                        // The next read may return the rest.
                    }
                    case ProxyHeaderParser.Result.Whole(ProxyHeader header) -> {
                        pass(header);
                        return true;
                    }
                    case ProxyHeaderParser.Result.Refused(String why) -> {
                        refuse(why);
                        return true;
                    }
                }
            }
        }

        private void pass(ProxyHeader header) throws IOException {
            shown = ProxiedAddresses.of(header, real);
            stopReading();
            if (waiting.isEmpty() && admission.hasRoom()) {
                pass();
            } else {
                waiting.add(this);
            }
        }

        private void pass() throws IOException {
            leave();
            socket.control().blocking(true);
            admission.take(socket, listener, shown);
        }

        private void passIfPossible() {
            try {
                pass();
            } catch (IOException e) {
                refuse("it cannot be served: " + PrintableText.of(String.valueOf(e.getMessage())));
            } catch (RuntimeException | Error e) {
                context.listener().acceptFailed(listener.endpoint(), e, Duration.ZERO);
            }
        }

        private void refuse(String why) {
            refusals.warn(refusal(why));
            close();
        }

        /// Refuses a connection that has ended before its first byte, which is how load balancers see whether a port is
        /// open: it is not worth a warning.
        private void endedEarly(String how) {
            context.log().log(System.Logger.Level.DEBUG, () -> refusal(how), null);
            close();
        }

        private String refusal(String why) {
            return "a connection from " + PrintableAddress.shown(real.peer()) + " to " + listener.endpoint()
                    + " is refused: "
                    + PrintableText.of(why);
        }

        private void close() {
            leave();
            admission.refuse(socket, listener, real, Limit.PROXY_HEADER);
        }

        private void leave() {
            stopReading();
            left(this);
        }

        private void stopReading() {
            if (deadline != null) {
                loop.cancel(deadline);
            }
            if (watch != null) {
                loop.forget(watch);
                watch = null;
            }
        }
    }
}
