package dev.polyserve.comparison.peer;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import java.net.InetSocketAddress;

/// A Netty server over one of its transports.
///
/// Tuned as its documentation says: one event loop per processor, which also accepts (`ServerBootstrap.group` with one
/// group); TCP_NODELAY; half-close allowed. The allocator is Netty's default, the adaptive one; the JVM options are in
/// `comparison/peer`.
final class NettyServer implements PeerServer {
    private final NettyTransport transport;
    private final ChannelInitializer<SocketChannel> initializer;

    /// @param initializer creates the pipeline of a connection
    NettyServer(NettyTransport transport, ChannelInitializer<SocketChannel> initializer) {
        this.transport = transport;
        this.initializer = initializer;
    }

    @Override
    public void serve(InetSocketAddress address) throws PeerUnavailableException, InterruptedException {
        transport.requireUsable();
        var group = new MultiThreadIoEventLoopGroup(Runtime.getRuntime().availableProcessors(), transport.ioHandlers());
        var bootstrap = new ServerBootstrap().group(group).channel(transport.serverChannel())
                .option(ChannelOption.SO_BACKLOG, BACKLOG).childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true).childHandler(initializer);
        transport.configure(bootstrap);
        bootstrap.bind(address).sync().channel().closeFuture().sync();
    }
}
