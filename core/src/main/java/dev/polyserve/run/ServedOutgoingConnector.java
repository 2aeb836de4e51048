package dev.polyserve.run;

import dev.polyserve.Client;
import dev.polyserve.ConnectionFuture;
import dev.polyserve.Endpoint;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.io.ConnectableSocket;
import dev.polyserve.io.StreamSocket;
import dev.polyserve.loop.EventLoop;
import dev.polyserve.tls.TlsRecordBuffers;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Makes outgoing connections that a server then serves as those that it has accepted.
///
/// ```
///   the caller: connect, PROXY header ─▶ the accept loop: handshake of TLS, conversation ─▶ the caller: the connection
/// ```
///
/// **Thread**: any that may wait.
final class ServedOutgoingConnector {
    private final Runner runner;
    private final AdmissionController admission;
    private final ServerContext context;
    private final BooleanSupplier mayBegin;
    private final TlsRecordBuffers records;

    /// @param mayBegin whether the server is serving, and not stopping
    ServedOutgoingConnector(Runner runner, AdmissionController admission, ServerContext context,
            BooleanSupplier mayBegin) {
        this.runner = runner;
        this.admission = admission;
        this.context = context;
        this.mayBegin = mayBegin;
        this.records = new TlsRecordBuffers(context.budget());
    }

    /// As [dev.polyserve.Server#connect].
    ConnectionFuture connect(Client to) throws IOException {
        requireWaiting();
        ServerContext own = to.options().map(context::with).orElse(context);
        try {
            OutgoingTls tls = to.endpoint() instanceof Endpoint.Tls at ? OutgoingTls.of(to, at, own) : null;
            OutgoingConnectAttempts attempts = new OutgoingConnectAttempts(to, own);
            ConnectableSocket connected = attempts.winner(OutgoingAddressResolver.OF_THE_SYSTEM,
                    address -> new Attempt(socket(to, address, own))).socket;
            return begin(to, introduced(connected, to, tls), attempts.leftNanos());
        } catch (IOException e) {
            throw OutgoingConnectAttempts.failure(to, e);
        }
    }

    private void requireWaiting() {
        if (runner.loops().stream().anyMatch(loop -> Thread.currentThread().equals(loop.thread()))) {
            throw new IllegalStateException(
                    "connect(…) waits, which would hold up this event loop: call it in a handler"
                            + " that may wait, or from another thread");
        }
        requireServing();
    }

    private void requireServing() {
        if (!mayBegin.getAsBoolean()) {
            throw new IllegalStateException("the server begins connections only from its start to its stop");
        }
    }

    private ConnectableSocket socket(Client to, SocketAddress address, ServerContext own) throws IOException {
        return runner.socketProvider().connecting(address, to.localAddress().orElse(null), own.options().sockets());
    }

    /// One address, as the race sees it.
    private record Attempt(ConnectableSocket socket) implements AddressRace.Attempt {
        @Override
        public boolean connect(long atMostNanos, boolean goesOn) throws IOException {
            boolean live = false;
            try {
                boolean connected = socket.connectWithin(atMostNanos, goesOn);
                live = connected || goesOn;
                return connected;
            } finally {
                if (!live) {
                    giveUp();
                }
            }
        }

        @Override
        public void giveUp() {
            closeQuietly(socket.socket());
        }
    }

    private static void closeQuietly(StreamSocket socket) {
        try {
            socket.close(false);
        } catch (IOException e) {
            // The descriptor is released whatever close reports.
            socket.control().shutdown();
        }
    }

    /// Sends the PROXY header, which fits into the empty buffer of the system.
    private StreamSocket introduced(ConnectableSocket connected, Client to, @Nullable OutgoingTls tls)
            throws IOException {
        StreamSocket socket = connected.socket();
        boolean done = false;
        try {
            ByteBuffer header = ByteBuffer.wrap(OutgoingProxyHeader.of(to.proxyHeader(), null));
            while (header.hasRemaining()) {
                int _ = socket.write(header);
            }
            done = true;
            return tls == null ? socket : tls.over(connected, records).asClient();
        } finally {
            if (!done) {
                closeQuietly(socket);
            }
        }
    }

    /// Begins the conversation on the accept loop. If the loop does not take it in time, the socket is closed.
    private ConnectionFuture begin(Client to, StreamSocket socket, long atMostNanos) throws IOException {
        EventLoop loop = runner.loops().getFirst();
        var begun = new CompletableFuture<ConnectionFuture>();
        loop.post(() -> begin(to, socket, begun));
        try {
            return begun.get(Math.max(1, atMostNanos), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IllegalStateException stopped) {
                throw stopped;
            }
            throw new IOException("the connection cannot be served: " + e.getCause(), e);
        } catch (TimeoutException e) {
            if (!begun.cancel(false)) {
                return begun.join();
            }
            throw new IOException("this server did not take the connection in time; see its log", e);
        } catch (InterruptedException e) {
            boolean _ = begun.cancel(false);
            throw OutgoingAddressResolver.interrupted(to.endpoint());
        }
    }

    private void begin(Client to, StreamSocket socket, CompletableFuture<ConnectionFuture> begun) {
        if (begun.isCancelled() || !mayBegin.getAsBoolean()) {
            closeQuietly(socket);
            begun.completeExceptionally(new IllegalStateException("the server has stopped meanwhile"));
            return;
        }
        try {
            ConnectionFuture served = admission.serveOutgoing(socket, to.endpoint());
            if (!begun.complete(served)) {
                served.abort(); // the caller has given up meanwhile
            }
        } catch (RuntimeException | Error e) {
            begun.completeExceptionally(e);
            throw e;
        }
    }
}
