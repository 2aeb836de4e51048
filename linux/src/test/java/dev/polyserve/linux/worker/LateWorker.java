package dev.polyserve.linux.worker;

import dev.polyserve.Cause;
import dev.polyserve.Endpoint;
import dev.polyserve.io.StreamSocket;
import dev.polyserve.linux.socket.HandedListener;
import dev.polyserve.linux.system.CallMemory;
import dev.polyserve.linux.system.PollDescriptors;
import dev.polyserve.linux.system.SocketCalls;
import dev.polyserve.linux.system.SystemCallException;
import dev.polyserve.linux.system.WaitCalls;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// A worker that accepts a connection only when it has been told to come to its end, as one may whose accept loop is just about
/// to: it says so, and echoes what that client sends.
///
/// **Thread**: its only one.
final class LateWorker {
    private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long ID = 1;
    private static final int SLOT = 0;
    private static final int BUFFER_BYTES = 4096;

    private final Link link;
    private final CallMemory memory = CallMemory.small();

    private LateWorker(Link link) {
        this.link = link;
    }

    static void main() throws IOException {
        new LateWorker(WorkerProgram.link()).work();
    }

    private void work() throws IOException {
        Link.Received first = receive();
        Order.Serve serve = (Order.Serve) first.messages().getFirst();
        int listener = first.descriptors().getFirst();
        report(new Report.Ready());
        while (!isToldToLeave()) {
            report(new Report.Heeded());
        }
        StreamSocket connection = accept(listener, Endpoint.parse(serve.slots().get(SLOT).real()));
        report(new Report.Came(ID, SLOT, connection.peer(), connection.local(), Optional.empty()));
        report(new Report.Opened(ID));
        report(new Report.Heeded());
        long bytes = echo(connection);
        connection.close();
        report(new Report.Over(ID, new Cause.Done(true), bytes, bytes));
    }

    private boolean isToldToLeave() throws IOException {
        return receive().messages().stream().anyMatch(Order.Drain.class::isInstance);
    }

    private Link.Received receive() throws IOException {
        return link.await(MOST_NANOS).orElseThrow(() -> new IOException("the supervisor says nothing"));
    }

    private void report(Report report) throws IOException {
        link.send(report);
        if (!link.flush()) {
            throw new IOException("the supervisor does not listen");
        }
    }

    private StreamSocket accept(int descriptor, Endpoint endpoint) throws IOException {
        PollDescriptors one = new PollDescriptors(1);
        one.set(0, descriptor, PollDescriptors.IN);
        SystemCallException.require("poll", WaitCalls.poll(memory, one, 1, MOST_NANOS));
        int accepted = SystemCallException.require("accept", SocketCalls.accept(memory, descriptor));
        HandedListener listener = HandedListener.open(endpoint, UnixDomainSocketAddress.of(""), () -> {
            // The supervisor's listener is not ours to close.
        });
        listener.take(accepted);
        return Objects.requireNonNull(listener.accept());
    }

    private static long echo(StreamSocket connection) throws IOException {
        connection.blocking(true);
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
        long bytes = 0;
        while (connection.readWithin(buffer.clear(), MOST_NANOS) > 0) {
            bytes += buffer.flip().remaining();
            while (buffer.hasRemaining()) {
                int unused = connection.write(buffer);
                assert unused > 0;
            }
        }
        return bytes;
    }
}
