package dev.polyserve.linux.restart;

import dev.polyserve.linux.socket.Descriptor;
import dev.polyserve.linux.system.CallMemory;
import dev.polyserve.linux.system.DescriptorMessage;
import dev.polyserve.linux.system.Errno;
import dev.polyserve.linux.system.PollDescriptors;
import dev.polyserve.linux.system.SystemCallException;
import dev.polyserve.linux.system.WaitCalls;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/// One side of the socket of packets between an old and a new program.
///
/// **Thread**: one at a time.
final class Channel {
    private final Descriptor socket;
    private final CallMemory memory = CallMemory.small();
    private final DescriptorMessage message = new DescriptorMessage();

    Channel(Descriptor socket) {
        this.socket = socket;
    }

    /// Sends one message; it is small, and nothing else is on its way.
    void send(ByteBuffer bytes, int... descriptors) throws IOException {
        SystemCallException.require("sendmsg", message.send(memory, socket.number(), bytes, descriptors));
    }

    /// The next message; an empty one at the end.
    ///
    /// @return empty when none came in time
    Optional<byte[]> receive(long atMostNanos) throws IOException {
        long deadline = System.nanoTime() + atMostNanos;
        while (true) {
            int count = message.receive(memory, socket.number());
            if (count >= 0 || count == -Errno.ECONNRESET) {
                return Optional.of(message.received(Math.max(0, count)));
            }
            if (count != -Errno.EAGAIN && count != -Errno.EINTR) {
                throw new SystemCallException("recvmsg", count);
            }
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return Optional.empty();
            }
            PollDescriptors one = new PollDescriptors(1);
            one.set(0, socket.number(), PollDescriptors.IN);
            int ready = WaitCalls.poll(memory, one, 1, left);
            if (ready != -Errno.EINTR) {
                SystemCallException.require("poll", ready);
            }
        }
    }

    /// The descriptors of the last message.
    int[] descriptors() throws IOException {
        if (message.wasCut()) {
            throw new IOException("sockets were lost on their way to this process: it has no room for them;"
                    + " raise its limit of open files (ulimit -n)");
        }
        return message.receivedDescriptors();
    }

    void close() throws IOException {
        socket.close();
    }
}
