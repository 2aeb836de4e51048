package dev.polyserve.comparison.peer;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.SocketChannel;

/// Netty's own `io.netty.example.echo.EchoServer`: `write` for each piece read.
///
/// Tuned as its documentation says: the void promise for writes whose end nobody waits for ("Netty best practices",
/// `Channel.voidPromise`); and what [NettyServer] and [NettyHandler] say.
final class NettyEcho extends ChannelInitializer<SocketChannel> {
    private final Echo handler = new Echo();

    static NettyServer over(NettyTransport transport) {
        return new NettyServer(transport, new NettyEcho());
    }

    @Override
    protected void initChannel(SocketChannel channel) {
        channel.pipeline().addLast(handler);
    }

    @Sharable
    @SuppressWarnings("FutureReturnValueIgnored") // a void promise tells its failure to exceptionCaught
    private static final class Echo extends NettyHandler {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            context.write(message, context.voidPromise());
        }
    }
}
