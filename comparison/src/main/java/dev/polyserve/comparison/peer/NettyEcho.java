package dev.polyserve.comparison.peer;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.SocketChannel;

/// Netty's own `io.netty.example.echo.EchoServer`: one `write` for each piece read.
///
/// Tuned as its documentation says: the void promise for writes without a listener ("Netty best practices",
/// `Channel.voidPromise`); see also [NettyServer] and [AbstractNettyHandler].
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
    @SuppressWarnings("FutureReturnValueIgnored") // a void promise reports its failure to exceptionCaught
    static final class Echo extends AbstractNettyHandler {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            context.write(message, context.voidPromise());
        }
    }
}
