package dev.polyserve.linux.socket;

import dev.polyserve.Endpoint;
import dev.polyserve.io.DatagramPort;
import dev.polyserve.linux.system.CallMemory;
import dev.polyserve.linux.system.Errno;
import dev.polyserve.linux.system.SocketCalls;
import dev.polyserve.linux.system.SystemCallException;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// A datagram port of this family, UDP or Unix.
final class DescriptorPort extends DescriptorSource implements DatagramPort {
    private final Bound bound;

    DescriptorPort(Bound bound) {
        super(bound.descriptor());
        this.bound = bound;
    }

    @Override
    public Endpoint endpoint() {
        return bound.endpoint();
    }

    @Override
    public SocketAddress address() {
        return bound.address();
    }

    @Override
    public @Nullable SocketAddress receive(ByteBuffer into) throws IOException {
        CallMemory memory = memories.take();
        try {
            int count = receive(memory, Math.min(into.remaining(), memory.transferBytes()));
            if (count < 0) {
                return null;
            }
            memory.copyTo(into, count);
            return SocketCalls.lastAddress(memory);
        } finally {
            memories.give(memory);
        }
    }

    /// @return negative when none waits
    private int receive(CallMemory memory, int atMostBytes) throws IOException {
        descriptor.begin();
        try {
            readiness.begins(Readiness.READ);
            int count;
            do {
                count = SocketCalls.receiveFrom(memory, descriptor.number(), atMostBytes);
            } while (count == -Errno.EINTR);
            if (count == -Errno.EAGAIN) {
                return count;
            }
            readiness.remains(Readiness.READ);
            return SystemCallException.require("recvfrom", count);
        } finally {
            descriptor.end();
        }
    }

    @Override
    public boolean send(ByteBuffer bytes, SocketAddress to) throws IOException {
        if (to instanceof UnixDomainSocketAddress unix && unix.getPath().toString().isEmpty()) {
            throw new IOException("the sender has bound no address, so it cannot be answered");
        }
        CallMemory memory = memories.take();
        try {
            int count = bytes.remaining();
            if (count > memory.transferBytes()) {
                throw new IOException("a datagram of " + count + " bytes is longer than any may be");
            }
            memory.copyFrom(bytes, count);
            boolean sent = send(memory, count, to);
            if (sent) {
                bytes.position(bytes.limit());
            }
            return sent;
        } finally {
            memories.give(memory);
        }
    }

    private boolean send(CallMemory memory, int bytes, SocketAddress to) throws IOException {
        descriptor.begin();
        try {
            int sent;
            do {
                sent = SocketCalls.sendTo(memory, descriptor.number(), bytes, bound.family(), to);
            } while (sent == -Errno.EINTR);
            if (sent == -Errno.EAGAIN || sent == -Errno.ENOBUFS) {
                return false;
            }
            SystemCallException.require("sendto", sent);
            return true;
        } finally {
            descriptor.end();
        }
    }

    @Override
    public void close() throws IOException {
        bound.close();
    }
}
