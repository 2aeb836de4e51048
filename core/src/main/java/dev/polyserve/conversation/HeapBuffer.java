package dev.polyserve.conversation;

import java.nio.ByteBuffer;

/// An array and a buffer over all of it, allocated once together, so that using them allocates nothing.
///
/// **Thread**: its holder's.
public final class HeapBuffer {
    /// The chunk without bytes.
    static final HeapBuffer NONE = new HeapBuffer(0);

    final byte[] array;
    final ByteBuffer view;

    public HeapBuffer(int bytes) {
        this.array = new byte[bytes];
        this.view = ByteBuffer.wrap(array);
    }

    /// The number of its bytes.
    public int length() {
        return array.length;
    }

    /// The whole array as a buffer to read into.
    public ByteBuffer room() {
        return view.clear();
    }
}
