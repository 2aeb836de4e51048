package dev.polyserve.linux.supervisor;

import dev.polyserve.linux.control.WorkerControlChannel;
import dev.polyserve.linux.control.WorkerEnvironment;
import dev.polyserve.linux.control.WorkerCommand;
import dev.polyserve.linux.control.WorkerEventMessage;
import dev.polyserve.Cause;
import dev.polyserve.Endpoint;
import dev.polyserve.io.StreamSocket;
import dev.polyserve.linux.socket.ReceivedConnectionsListener;
import dev.polyserve.linux.system.SystemCallMemory;
import dev.polyserve.linux.system.PollDescriptors;
import dev.polyserve.linux.system.SocketCalls;
import dev.polyserve.linux.system.SystemCallException;
import dev.polyserve.linux.system.ReadinessWaitCalls;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// A worker that accepts a connection only after the command to end, as happens when the command arrives while the
/// accept loop accepts. It reports the connection, and echoes the client's input.
///
/// **Thread**: its only one.
final class LateWorker {
    private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long ID = 1;
    private static final int SLOT = 0;
    private static final int BUFFER_BYTES = 4096;

    private final WorkerControlChannel channel;
    private final SystemCallMemory memory = SystemCallMemory.small();

    private LateWorker(WorkerControlChannel channel) {
        this.channel = channel;
    }

    static void main() throws IOException {
        new LateWorker(WorkerEnvironment.channel()).work();
    }

    private void work() throws IOException {
        WorkerControlChannel.Received first = receive();
        WorkerCommand.Serve serve = (WorkerCommand.Serve) first.messages().getFirst();
        int listener = first.descriptors().getFirst();
        event(new WorkerEventMessage.Ready());
        while (!isToldToLeave()) {
            event(new WorkerEventMessage.CommandAcknowledged());
        }
        StreamSocket connection = accept(listener, Endpoint.parse(serve.slots().get(SLOT).real()));
        event(new WorkerEventMessage.ConnectionAccepted(ID, SLOT, connection.control().ends().peer(),
                connection.control().ends().local(), Optional.empty()));
        event(new WorkerEventMessage.HandlerStarted(ID));
        event(new WorkerEventMessage.CommandAcknowledged());
        long bytes = echo(connection);
        connection.close(false);
        event(new WorkerEventMessage.ConnectionClosed(ID, new Cause.Done(true), bytes, bytes));
    }

    private boolean isToldToLeave() throws IOException {
        return receive().messages().stream().anyMatch(WorkerCommand.Drain.class::isInstance);
    }

    private WorkerControlChannel.Received receive() throws IOException {
        return channel.await(MOST_NANOS).orElseThrow(() -> new IOException("the supervisor says nothing"));
    }

    private void event(WorkerEventMessage event) throws IOException {
        channel.send(event);
        if (!channel.flush()) {
            throw new IOException("the supervisor does not listen");
        }
    }

    private StreamSocket accept(int descriptor, Endpoint endpoint) throws IOException {
        PollDescriptors one = new PollDescriptors(1);
        one.set(0, descriptor, PollDescriptors.IN);
        SystemCallException.require("poll", ReadinessWaitCalls.poll(memory, one, 1, MOST_NANOS));
        int accepted = SystemCallException.require("accept", SocketCalls.accept(memory, descriptor));
        ReceivedConnectionsListener listener = ReceivedConnectionsListener.open(endpoint,
                UnixDomainSocketAddress.of(""), () -> {
                    // The listener belongs to the supervisor; the worker does not close it.
                });
        listener.take(accepted);
        return Objects.requireNonNull(listener.accept());
    }

    private static long echo(StreamSocket connection) throws IOException {
        connection.control().blocking(true);
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
        long bytes = 0;
        while (connection.control().waiting().readWithin(buffer.clear(), MOST_NANOS) > 0) {
            bytes += buffer.flip().remaining();
            while (buffer.hasRemaining()) {
                int unused = connection.write(buffer);
                assert unused > 0;
            }
        }
        return bytes;
    }
}
