package dev.polyserve.comparison.peer;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;

/// The base of the Netty handlers, tuned as Netty's documentation says: one `flush` at the end of reading (as in its
/// echo example); the connection is closed after the last reply; no reading while the channel is not writable
/// (`channelWritabilityChanged`).
///
/// **Thread**: the channel's event loop.
@SuppressWarnings("FutureReturnValueIgnored") // a void promise reports its failure to exceptionCaught
abstract class AbstractNettyHandler extends ChannelInboundHandlerAdapter {
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

    /// A reset by the client needs no reply; the load generator reports it.
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }
}
