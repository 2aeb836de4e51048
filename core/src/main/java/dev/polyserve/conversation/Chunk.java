package dev.polyserve.conversation;

import java.nio.ByteBuffer;

/// An array and a buffer over all of it, made once together, so that using them allocates nothing.
///
/// **Thread**: its holder's.
public final class Chunk {
    /// The one without bytes.
    static final Chunk NONE = new Chunk(0);

    final byte[] array;
    final ByteBuffer view;

    /// A chunk of so many bytes.
    public Chunk(int bytes) {
        this.array = new byte[bytes];
        this.view = ByteBuffer.wrap(array);
    }

    /// How many bytes it has.
    public int length() {
        return array.length;
    }

    /// The whole array as a buffer to read into.
    public ByteBuffer room() {
        return view.clear();
    }
}
