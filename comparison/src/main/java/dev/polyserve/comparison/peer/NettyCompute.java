package dev.polyserve.comparison.peer;

import dev.polyserve.bench.service.MultiplicationChain;
import dev.polyserve.bench.service.WorkRequest;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;

/// Executes each [WorkRequest] on the channel's event loop, like a handler without an executor of its own. Netty's own
/// decoder splits the requests.
final class NettyCompute extends ChannelInitializer<SocketChannel> {
    private final Compute handler = new Compute();

    static NettyServer over(NettyTransport transport) {
        return new NettyServer(transport, new NettyCompute());
    }

    @Override
    protected void initChannel(SocketChannel channel) {
        channel.pipeline().addLast(
                new LengthFieldBasedFrameDecoder(Integer.BYTES + WorkRequest.MAX_BYTES, WorkRequest.LENGTH_AT,
                        Integer.BYTES),
                handler);
    }

    @Sharable
    @SuppressWarnings("FutureReturnValueIgnored") // a void promise reports its failure to exceptionCaught
    private static final class Compute extends NettyHandler {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf request = (ByteBuf) message;
            int start = request.readerIndex();
            long end = MultiplicationChain.end(request.getLong(start + WorkRequest.VALUE_AT),
                    request.getLong(start + WorkRequest.MULTIPLICATIONS_AT));
            request.setLong(start + WorkRequest.VALUE_AT, end);
            context.write(request, context.voidPromise());
        }
    }
}
