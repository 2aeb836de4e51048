package dev.polyserve;

import java.io.IOException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Splits a stream into messages and encodes messages as bytes: one definition for every style.
///
/// A [MessageHandler] gets it with [ServerBuilder#messages], a [Handler] uses it with [Connection#read(Codec)] and
/// [Output#write(Codec, Object)], a [Protocol] through [Protocol#framed]. [Framing] has the usual ones. A codec keeps no state between calls, so one instance serves all
/// connections.
///
/// @param <T> the type of its messages
public interface Codec<T> {
    /// Takes one whole message from the input; when more bytes are needed, takes nothing and returns null.
    ///
    /// When [Input#ended] and bytes are left that can no longer become a message, null makes the caller report
    /// [IncompleteFrameException].
    ///
    /// @throws FrameTooLongException when the message is, or must become, longer than its limit
    @Nullable T decode(Input input) throws IOException;

    /// Writes one message with its framing.
    void encode(T message, Output output) throws IOException;

    /// The same frames with other contents: `decode` then `map`, `unmap` then `encode`.
    default <U> Codec<U> map(Function<? super T, ? extends U> map, Function<? super U, ? extends T> unmap) {
        Codec<T> frames = this;
        return new Codec<>() {
            @Override
            public @Nullable U decode(Input input) throws IOException {
                T frame = frames.decode(input);
                return frame == null ? null : map.apply(frame);
            }

            @Override
            public void encode(U message, Output output) throws IOException {
                frames.encode(unmap.apply(message), output);
            }
        };
    }
}
