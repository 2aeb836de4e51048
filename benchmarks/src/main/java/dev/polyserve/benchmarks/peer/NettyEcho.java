package dev.polyserve.benchmarks.peer;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import java.net.InetSocketAddress;

/// Netty's own `io.netty.example.echo.EchoServer` over one of its transports.
///
/// Tuned as its documentation says:
/// - one event loop per processor, which also accepts (`ServerBootstrap.group` with one group);
/// - `write` for each piece read, one `flush` at the end of the reading (as in the example);
/// - the void promise for writes whose end nobody waits for ("Netty best practices", `Channel.voidPromise`);
/// - no Nagle; half-close allowed, and the connection closed when the last reply is out;
/// - reading stops while the channel is not writable (`channelWritabilityChanged`).
///
/// The allocator is Netty's default, the adaptive one; options of the JVM are in `benchmarks/peer`.
final class NettyEcho implements EchoServer {
    private final NettyTransport transport;

    NettyEcho(NettyTransport transport) {
        this.transport = transport;
    }

    @Override
    public void serve(InetSocketAddress address) throws UnusableException, InterruptedException {
        transport.requireUsable();
        var group = new MultiThreadIoEventLoopGroup(Runtime.getRuntime().availableProcessors(), transport.ioHandlers());
        var bootstrap = new ServerBootstrap().group(group).channel(transport.serverChannel())
                .option(ChannelOption.SO_BACKLOG, BACKLOG).childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true).childHandler(new EchoInitializer());
        transport.configure(bootstrap);
        bootstrap.bind(address).sync().channel().closeFuture().sync();
    }

    private static final class EchoInitializer extends ChannelInitializer<SocketChannel> {
        private final EchoHandler handler = new EchoHandler();

        @Override
        protected void initChannel(SocketChannel channel) {
            channel.pipeline().addLast(handler);
        }
    }

    @Sharable
    @SuppressWarnings("FutureReturnValueIgnored") // a void promise tells its failure to exceptionCaught
    private static final class EchoHandler extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            context.write(message, context.voidPromise());
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            context.flush();
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            context.channel().config().setAutoRead(context.channel().isWritable());
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event == ChannelInputShutdownEvent.INSTANCE) {
                context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
            }
        }

        /// The client went without saying so: nothing is owed to it, and the load generator reports it.
        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }
}
