package dev.polyserve.comparison.peer;

import dev.polyserve.bench.service.FixedCpuWork;
import dev.polyserve.bench.service.SimulatedWorkRequest;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;

/// Executes each [SimulatedWorkRequest] on the channel's event loop, like a handler without an executor of its own.
/// Netty's own decoder splits the requests.
final class NettyCompute extends ChannelInitializer<SocketChannel> {
    private final Compute handler = new Compute();

    static NettyServer over(NettyTransport transport) {
        return new NettyServer(transport, new NettyCompute());
    }

    @Override
    protected void initChannel(SocketChannel channel) {
        channel.pipeline().addLast(
                new LengthFieldBasedFrameDecoder(Integer.BYTES + SimulatedWorkRequest.MAX_BYTES,
                        SimulatedWorkRequest.LENGTH_AT, Integer.BYTES),
                handler);
    }

    @Sharable
    @SuppressWarnings("FutureReturnValueIgnored") // a void promise reports its failure to exceptionCaught
    private static final class Compute extends AbstractNettyHandler {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf request = (ByteBuf) message;
            int start = request.readerIndex();
            long end = FixedCpuWork.end(request.getLong(start + SimulatedWorkRequest.VALUE_AT),
                    request.getLong(start + SimulatedWorkRequest.MULTIPLICATIONS_AT));
            request.setLong(start + SimulatedWorkRequest.VALUE_AT, end);
            context.write(request, context.voidPromise());
        }
    }
}
