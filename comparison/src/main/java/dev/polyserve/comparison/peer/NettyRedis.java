package dev.polyserve.comparison.peer;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.redis.ArrayRedisMessage;
import io.netty.handler.codec.redis.ErrorRedisMessage;
import io.netty.handler.codec.redis.FullBulkStringRedisMessage;
import io.netty.handler.codec.redis.InlineCommandRedisMessage;
import io.netty.handler.codec.redis.RedisArrayAggregator;
import io.netty.handler.codec.redis.RedisBulkStringAggregator;
import io.netty.handler.codec.redis.RedisDecoder;
import io.netty.handler.codec.redis.RedisEncoder;
import io.netty.handler.codec.redis.RedisMessage;
import io.netty.handler.codec.redis.SimpleStringRedisMessage;
import io.netty.util.ReferenceCountUtil;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/// `PING`, `SET` and `GET` in memory with Netty's own Redis codec, in the pipeline of `io.netty.example.redis`.
///
/// Tuned: command names are compared as numbers; keys are looked up in the receive buffer; values are stored on the
/// heap and sent without a copy; constant replies are created once; see also [NettyEcho].
final class NettyRedis extends ChannelInitializer<SocketChannel> {
    private static final int GET = ('G' << 16) | ('E' << 8) | 'T';
    private static final int SET = ('S' << 16) | ('E' << 8) | 'T';
    private static final int PING = ('P' << 24) | ('I' << 16) | ('N' << 8) | 'G';
    /// Converts ASCII letters to upper case.
    private static final int UPPER_CASE = 0xdfdfdfdf;

    /// The same limit as in Polyserve's server.
    private static final int MOST_WORDS = 1024;

    private final Store handler = new Store();

    static NettyServer over(NettyTransport transport) {
        return new NettyServer(transport, new NettyRedis());
    }

    @Override
    protected void initChannel(SocketChannel channel) {
        channel.pipeline().addLast(new RedisDecoder(true), new RedisBulkStringAggregator(),
                new RedisArrayAggregator(MOST_WORDS, 1),
                new RedisEncoder(), handler);
    }

    @Sharable
    @SuppressWarnings("FutureReturnValueIgnored") // a void promise reports its failure to exceptionCaught
    private static final class Store extends AbstractNettyHandler {
        private static final RedisMessage PONG = new SimpleStringRedisMessage("PONG");
        private static final RedisMessage OK = new SimpleStringRedisMessage("OK");
        private static final RedisMessage UNKNOWN = new ErrorRedisMessage("ERR unknown command");

        private final ConcurrentMap<ByteBuf, ByteBuf> values = new ConcurrentHashMap<>();

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            try {
                context.write(switch (message) {
                    case ArrayRedisMessage array -> answer(array.children());
                    case InlineCommandRedisMessage line when line.content().equalsIgnoreCase("PING") -> PONG;
                    default -> UNKNOWN;
                }, context.voidPromise());
            } finally {
                ReferenceCountUtil.release(message);
            }
        }

        private RedisMessage answer(List<RedisMessage> words) {
            int name = name(words);
            if (name == PING) {
                return PONG;
            }
            if (name == GET && words.size() == 2) {
                ByteBuf value = values.get(word(words, 1));
                return value == null
                        ? FullBulkStringRedisMessage.NULL_INSTANCE
                        : new FullBulkStringRedisMessage(value.duplicate());
            }
            if (name == SET && words.size() == 3) {
                put(word(words, 1), word(words, 2));
                return OK;
            }
            return UNKNOWN;
        }

        private void put(ByteBuf key, ByteBuf value) {
            ByteBuf kept = kept(value);
            if (values.replace(key, kept) == null) {
                values.put(kept(key), kept);
            }
        }

        /// A copy on the heap, which the garbage collector frees.
        private static ByteBuf kept(ByteBuf received) {
            return Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer(ByteBufUtil.getBytes(received)));
        }

        private static int name(List<RedisMessage> words) {
            ByteBuf name = words.isEmpty() ? Unpooled.EMPTY_BUFFER : word(words, 0);
            return switch (name.readableBytes()) {
                case 3 -> name.getMedium(name.readerIndex()) & UPPER_CASE;
                case 4 -> name.getInt(name.readerIndex()) & UPPER_CASE;
                default -> 0;
            };
        }

        private static ByteBuf word(List<RedisMessage> words, int index) {
            return words.get(index) instanceof FullBulkStringRedisMessage word ? word.content() : Unpooled.EMPTY_BUFFER;
        }
    }
}
