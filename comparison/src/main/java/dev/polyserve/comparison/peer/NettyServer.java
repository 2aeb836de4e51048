package dev.polyserve.comparison.peer;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import java.net.InetSocketAddress;

/// A server of Netty over one of its transports.
///
/// Tuned as its documentation says: one event loop per processor, which also accepts (`ServerBootstrap.group` with one
/// group); no Nagle; half-close allowed. The allocator is Netty's default, the adaptive one; options of the JVM are in
/// `comparison/peer`.
final class NettyServer implements PeerServer {
    private final NettyTransport transport;
    private final ChannelInitializer<SocketChannel> initializer;

    /// @param initializer what makes the pipeline of a connection
    NettyServer(NettyTransport transport, ChannelInitializer<SocketChannel> initializer) {
        this.transport = transport;
        this.initializer = initializer;
    }

    @Override
    public void serve(InetSocketAddress address) throws UnusableException, InterruptedException {
        transport.requireUsable();
        var group = new MultiThreadIoEventLoopGroup(Runtime.getRuntime().availableProcessors(), transport.ioHandlers());
        var bootstrap = new ServerBootstrap().group(group).channel(transport.serverChannel())
                .option(ChannelOption.SO_BACKLOG, BACKLOG).childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true).childHandler(initializer);
        transport.configure(bootstrap);
        bootstrap.bind(address).sync().channel().closeFuture().sync();
    }
}
