package dev.polyserve.bench.load;

import dev.polyserve.io.PollableChannel;
import dev.polyserve.loop.Multiplexer;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/// A client that opens one connection after another, each for a single request.
///
/// ```
///   idle ──request──▶ connecting ──▶ sending ──▶ receiving ──complete reply──▶ idle, or the next request
/// ```
final class ChurnClient implements LoadClient, Multiplexer.Ready {
    private final String name;
    private final SocketAddress server;
    private final LoadPayload stream;
    private final int requestBytes;
    /// The intended send time of each request; the first request is outstanding.
    private final LongQueue intended = new LongQueue();
    private long completed;
    private int sent;
    private int received;
    @SuppressWarnings("NullAway.Init") // set by attach, before anything else
    private LoadLoop loop;
    /// Null while idle.
    private @Nullable SocketChannel channel;
    private Multiplexer.@Nullable Watch watch;

    ChurnClient(String name, SocketAddress server, LoadPayload stream, int requestBytes) {
        this.name = name;
        this.server = server;
        this.stream = stream;
        this.requestBytes = requestBytes;
    }

    @Override
    public void attach(LoadLoop owner) {
        loop = owner;
    }

    @Override
    public void request(long intendedNanos) {
        intended.add(intendedNanos);
        loop.requested(1);
    }

    @Override
    public void flush() {
        if (channel == null && intended.size() > 0) {
            try {
                connect();
            } catch (IOException e) {
                broken("cannot connect", e);
            }
        }
    }

    private void connect() throws IOException {
        SocketChannel connecting = ClientSockets.streamChannel(server);
        channel = connecting;
        sent = 0;
        received = 0;
        connecting.configureBlocking(false);
        boolean connected = connecting.connect(server);
        PollableChannel source = () -> connecting;
        watch = loop.multiplexer().watch(source, connected ? Multiplexer.READ : Multiplexer.WRITE, this);
        if (connected) {
            send(connecting, watch);
        }
    }

    @Override
    public void ready(int readiness) {
        SocketChannel current = channel;
        Multiplexer.Watch watched = watch;
        if (current == null || watched == null) {
            return;
        }
        try {
            if (current.isConnectionPending()) {
                current.finishConnect();
            }
            if (sent < requestBytes) {
                send(current, watched);
            }
            if ((readiness & Multiplexer.READ) != 0) {
                receive(current, watched);
            }
        } catch (IOException e) {
            broken("failed", e);
        }
    }

    private void send(SocketChannel current, Multiplexer.Watch watched) throws IOException {
        sent += current.write(stream.outgoing(completed * requestBytes + sent, requestBytes - sent));
        loop.multiplexer().change(watched,
                sent < requestBytes ? Multiplexer.READ | Multiplexer.WRITE : Multiplexer.READ);
    }

    private void receive(SocketChannel current, Multiplexer.Watch watched) throws IOException {
        ByteBuffer in = loop.incoming().clear();
        int length = current.read(in);
        if (length < 0) {
            broken("was closed by the server before the reply was complete", null);
            return;
        }
        int wrong = stream.firstWrong(completed * requestBytes + received, in.flip());
        received += length;
        if (wrong >= 0 || received > sent) {
            broken(wrong >= 0 ? "received a wrong byte" : "received more than was sent", null);
        } else if (received == requestBytes) {
            loop.multiplexer().forget(watched);
            current.close();
            channel = null;
            done();
        }
    }

    private void done() {
        long nowNanos = loop.progressNanos();
        loop.answered(intended.removeFirst(), nowNanos);
        completed++;
        if (loop.continuesWith(RequestTrigger.PACED)) {
            request(nowNanos);
        }
        flush();
    }

    private void broken(String how, @Nullable IOException e) {
        loop.fail(name + " " + how + (e == null ? "" : ": " + e.getMessage()), e);
    }

    @Override
    public void giveUp(LatencyRecorder recorder, long nowNanos) {
        recorder.givenUp(intended, nowNanos);
    }

    @Override
    public void close() throws IOException {
        SocketChannel current = channel;
        if (current != null) {
            current.close();
        }
    }
}
