package dev.polyserve.linux.socket;

import dev.polyserve.ConnectionInfo;
import dev.polyserve.Options;
import dev.polyserve.io.ListenQueueOverflows;
import dev.polyserve.io.Listener;
import dev.polyserve.linux.system.SystemCallMemory;
import dev.polyserve.linux.system.Errno;
import dev.polyserve.linux.system.DescriptorCalls;
import dev.polyserve.linux.system.SocketAddresses;
import dev.polyserve.linux.system.SocketCalls;
import dev.polyserve.linux.system.IntSocketOption;
import dev.polyserve.linux.system.SystemCallException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// A listener on a descriptor, TCP or Unix.
public final class DescriptorListener extends BoundPollableDescriptor implements Listener, ListenQueueOverflows {
    static final SocketAddress UNKNOWN_PEER = new InetSocketAddress(0);

    private static final int NONE = -1;

    private final int mostDescriptors;
    private final Options.Sockets options;
    /// True unless the listener has a wildcard address: its connections then have the listener's address as their local
    /// one.
    private final boolean boundToOne;
    /// A connection that was accepted, and that there was no memory to serve or to close.
    private int unclosed = NONE;

    DescriptorListener(BoundDescriptor bound, int mostDescriptors, Options.Sockets options) {
        super(bound);
        this.options = options;
        this.mostDescriptors = mostDescriptors;
        this.boundToOne = !(bound.address() instanceof InetSocketAddress inet && inet.getAddress().isAnyLocalAddress());
    }

    @Override
    public @Nullable DescriptorSocket accept() throws IOException {
        SystemCallMemory memory = memories.take();
        try {
            closeUnclosed(memory);
            int accepted = accept(memory);
            return accepted < 0 ? null : connected(memory, accepted, true);
        } finally {
            memories.give(memory);
        }
    }

    /// Accepts a connection without waiting.
    ///
    /// @return negative when no connection waits
    private int accept(SystemCallMemory memory) throws IOException {
        descriptor.begin();
        try {
            int before = readiness.state();
            int accepted;
            do {
                accepted = SocketCalls.accept(memory, descriptor.number());
            } while (accepted == -Errno.EINTR);
            if (accepted == -Errno.EAGAIN) {
                readiness.usedUp(EdgeReadiness.READ, before);
                return accepted;
            }
            if (accepted < 0) {
                throw AcceptErrnoMapper.of(accepted);
            }
            return accepted;
        } finally {
            descriptor.end();
        }
    }

    /// Adopts a connection that this listener has accepted by other means. When its peer has reset it meanwhile, the
    /// peer's address is gone and reported as `0.0.0.0:0`.
    public DescriptorSocket adopt(int accepted) throws IOException {
        SystemCallMemory memory = memories.take();
        try {
            closeUnclosed(memory);
            boolean told = SocketCalls.getPeerName(memory, accepted) >= 0;
            return connected(memory, accepted, told);
        } finally {
            memories.give(memory);
        }
    }

    /// The connection that the system has given this number; closes it when that fails.
    ///
    /// @param told whether the memory has the peer's address
    private DescriptorSocket connected(SystemCallMemory memory, int accepted, boolean told) throws IOException {
        try {
            return connected(memory, accepted, told ? SocketCalls.lastAddress(memory) : UNKNOWN_PEER);
        } catch (IOException | RuntimeException | Error e) {
            unclosed = accepted;
            closeUnclosed(memory);
            throw e;
        }
    }

    /// Closes a connection that could not be served. Without memory for that, the next call does.
    private void closeUnclosed(SystemCallMemory memory) {
        if (unclosed != NONE) {
            int unused = DescriptorCalls.close(memory, unclosed);
            assert unused <= 0;
            unclosed = NONE;
        }
    }

    private DescriptorSocket connected(SystemCallMemory memory, int accepted, SocketAddress peer) throws IOException {
        if (accepted >= mostDescriptors) {
            throw tooMany(accepted);
        }
        SocketAddress local = boundToOne ? bound.address() : local(memory, accepted);
        if (bound.family() != SocketAddresses.AF_UNIX) {
            return new DescriptorSocket(accepted, peer, local, Optional.empty());
        }
        setSendBuffer(memory, accepted);
        return new DescriptorSocket(accepted, peer, local, Optional.of(credentials(memory, accepted)));
    }

    static ConnectionInfo.Credentials credentials(SystemCallMemory memory, int accepted) throws IOException {
        SystemCallException.require("getsockopt", SocketCalls.peerCredentials(memory, accepted));
        return new ConnectionInfo.Credentials(SocketCalls.pid(memory), SocketCalls.uid(memory),
                SocketCalls.gid(memory));
    }

    /// Sets the send buffer: accepted Unix connections inherit no options.
    private void setSendBuffer(SystemCallMemory memory, int accepted) throws IOException {
        if (options.sendBufferBytes() > 0) {
            SystemCallException.require("setsockopt",
                    SocketCalls.setOption(memory, accepted, IntSocketOption.SO_SNDBUF, options.sendBufferBytes()));
        }
    }

    static SocketAddress local(SystemCallMemory memory, int accepted) throws IOException {
        SystemCallException.require("getsockname", SocketCalls.getSockName(memory, accepted));
        return SocketCalls.lastAddress(memory);
    }

    private IOException tooMany(int accepted) {
        return new IOException("a connection got descriptor " + accepted + " and was closed, because select can watch "
                + mostDescriptors + " at most, numbered from 0; serve that many with poll or epoll");
    }

    @Override
    public OptionalLong overflows() {
        if (bound.family() == SocketAddresses.AF_UNIX || !descriptor.tryBegin()) {
            return OptionalLong.empty(); // a client of a full Unix listener is told, and not counted
        }
        SystemCallMemory memory = memories.take();
        try {
            long drops = SocketCalls.drops(memory, descriptor.number());
            return drops < 0 ? OptionalLong.empty() : OptionalLong.of(drops);
        } finally {
            memories.give(memory);
            descriptor.end();
        }
    }

    @Override
    public boolean isOpen() {
        return descriptor.isOpen();
    }
}
