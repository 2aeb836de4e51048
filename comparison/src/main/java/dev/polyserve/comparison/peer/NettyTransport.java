package dev.polyserve.comparison.peer;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringAdaptiveBufferRingAllocator;
import io.netty.channel.uring.IoUringBufferRingConfig;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringIoHandlerConfig;
import io.netty.channel.uring.IoUringServerSocketChannel;
import java.util.Optional;

/// A transport of Netty.
enum NettyTransport {
    /// The JDK's selectors.
    NIO {
        @Override
        Optional<Throwable> obstacle() {
            return Optional.empty();
        }

        @Override
        IoHandlerFactory ioHandlers() {
            return NioIoHandler.newFactory();
        }

        @Override
        Class<? extends ServerChannel> serverChannel() {
            return NioServerSocketChannel.class;
        }
    },
    /// Native epoll.
    EPOLL {
        @Override
        Optional<Throwable> obstacle() {
            return Optional.ofNullable(Epoll.unavailabilityCause());
        }

        @Override
        IoHandlerFactory ioHandlers() {
            return EpollIoHandler.newFactory();
        }

        @Override
        Class<? extends ServerChannel> serverChannel() {
            return EpollServerSocketChannel.class;
        }
    },
    /// Native io_uring with its defaults: it receives after a poll has reported readiness, one request at a time.
    IO_URING {
        @Override
        Optional<Throwable> obstacle() {
            return Optional.ofNullable(IoUring.unavailabilityCause());
        }

        @Override
        IoHandlerFactory ioHandlers() {
            return IoUringIoHandler.newFactory();
        }

        @Override
        Class<? extends ServerChannel> serverChannel() {
            return IoUringServerSocketChannel.class;
        }
    },
    /// Native io_uring with a buffer ring, which also enables multishot receives.
    ///
    /// Configured as the documentation of `IoUringBufferRingConfig` and of `IO_URING_BUFFER_GROUP_ID` says.
    IO_URING_BUFFER_RING {
        @Override
        Optional<Throwable> obstacle() {
            return IO_URING.obstacle().or(() -> IoUring.isRegisterBufferRingSupported()
                    ? Optional.empty()
                    : Optional.of(new UnsupportedOperationException("this kernel has no rings of buffers")));
        }

        @Override
        IoHandlerFactory ioHandlers() {
            var ring = IoUringBufferRingConfig.builder().bufferGroupId(BUFFER_GROUP).bufferRingSize(RING_BUFFERS)
                    .batchSize(RING_BUFFERS / 2).allocator(new IoUringAdaptiveBufferRingAllocator()).build();
            return IoUringIoHandler.newFactory(new IoUringIoHandlerConfig().setBufferRingConfig(ring));
        }

        @Override
        Class<? extends ServerChannel> serverChannel() {
            return IO_URING.serverChannel();
        }

        @Override
        void configure(ServerBootstrap bootstrap) {
            bootstrap.childOption(IoUringChannelOption.IO_URING_BUFFER_GROUP_ID, BUFFER_GROUP);
        }
    };

    private static final short BUFFER_GROUP = 1;
    private static final short RING_BUFFERS = 1024;

    /// Why this machine cannot run it; empty when it can.
    abstract Optional<Throwable> obstacle();

    abstract IoHandlerFactory ioHandlers();

    abstract Class<? extends ServerChannel> serverChannel();

    /// Sets the options that are specific to this transport.
    void configure(ServerBootstrap bootstrap) {}

    void requireUsable() throws PeerUnavailableException {
        Optional<Throwable> obstacle = obstacle();
        if (obstacle.isPresent()) {
            throw new PeerUnavailableException("Netty finds no " + this + " (" + firstLine(obstacle.get()) + ").");
        }
    }

    private static String firstLine(Throwable cause) {
        Throwable root = cause;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage()).lines().findFirst().orElse("");
    }
}
