package dev.polyserve.conversation;

import dev.polyserve.Input;
import dev.polyserve.Limit;
import dev.polyserve.Options;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Bytes received and not yet consumed: `[head..tail)` of one array.
///
/// The array is its own, or, between [#lend] and [#keep], one that the driver lends for a turn, so that an idle
/// connection owns none. It grows on demand up to `mostBytes`, and an empty buffer starts again at the front, so bytes
/// rarely move.
///
/// **Thread**: the owner.
public final class InputBuffer implements Input, InputBufferProvider {
    private static final byte[] NO_SEQUENCE = {};
    /// The buffer of a connection that has no input and no buffer of its own. It is only asked, and never changes.
    static final InputBuffer NONE = new InputBuffer(BufferPool.UNPOOLED, 0, 0);

    private static final int FIRST_BYTES = 512;
    private static final int LARGEST_STEP_BYTES = 64 << 10;
    /// The array shrinks after this many reads in a row that used less than an eighth of it.
    private static final int SMALL_READS = 16;

    private BufferPool pool;
    private int mostBytes;
    private int maxFrameBytes;
    private HeapBuffer chunk = HeapBuffer.NONE;
    /// The array of `chunk`.
    private byte[] array = HeapBuffer.NONE.array;
    private int head;
    private int tail;
    private boolean ended;
    /// Whether the bytes are those of one datagram, behind which the next may follow.
    private boolean border;
    private boolean lent;
    /// Whether the last read filled the array: more may have been there, so the next read may be larger.
    private boolean filled;
    private int smallReads;
    /// The last unsuccessful search of [#indexOf], a byte or (if not empty) a sequence, and the index up to which it
    /// does not begin: a line that arrives byte by byte is searched once.
    private byte missing;
    private byte[] missingSequence = NO_SEQUENCE;
    private int missingUpTo;

    /// @param mostBytes the largest array it may grow to
    /// @param maxFrameBytes the frame limit for codecs
    public InputBuffer(BufferPool pool, int mostBytes, int maxFrameBytes) {
        this.pool = pool;
        this.mostBytes = mostBytes;
        this.maxFrameBytes = maxFrameBytes;
    }

    /// A buffer with these limits.
    InputBuffer(BufferPool pool, Options.Limits limits) {
        this(pool, limits.bufferBytesPerConnection(), limits.frameBytes());
    }

    /// Becomes as a new buffer with this pool and these limits, for another connection. It has no array.
    void startsAgain(BufferPool itsPool, Options.Limits limits) {
        pool = itsPool;
        mostBytes = limits.bufferBytesPerConnection();
        maxFrameBytes = limits.frameBytes();
        ended = false;
        border = false;
        filled = false;
        smallReads = 0;
    }

    // --- the driver's side ---

    @Override
    public InputBuffer input() {
        return this;
    }

    @Override
    public void idles() {
        reclaim();
    }

    /// Returns room for at least one more byte, as a buffer to read into; [#received] follows.
    ///
    /// @throws LimitException when the array may not grow any more
    public ByteBuffer room() throws LimitException {
        if (head == tail) {
            rewind();
            resize();
        }
        if (tail == array.length) {
            makeRoom();
        }
        return chunk.view.limit(array.length).position(tail);
    }

    /// Records that `count` bytes were read into [#room].
    public void received(int count) {
        tail += count;
        filled = tail == array.length;
        smallReads = count < array.length / 8 ? smallReads + 1 : 0;
    }

    /// How many bytes it can take at most.
    ///
    /// @throws LimitException when that is none
    public int mostRoom() throws LimitException {
        int room = mostBytes - (tail - head);
        if (room <= 0) {
            throw new LimitException(Limit.BUFFER_PER_CONNECTION);
        }
        return room;
    }

    /// Copies the first `count` bytes of the driver's chunk to its own array. They are no more than [#mostRoom].
    public void received(HeapBuffer scratch, int count) {
        int left = tail - head;
        if (left == 0) {
            rewind();
        }
        if (array.length - tail < count) {
            int searched = Math.max(0, missingUpTo - head);
            HeapBuffer next = array.length >= left + count ? chunk : pool.take(bytesFor(left + count));
            System.arraycopy(array, head, next.array, 0, left);
            if (!next.equals(chunk)) {
                give();
                hold(next);
            }
            head = 0;
            tail = left;
            missingUpTo = searched;
        }
        System.arraycopy(scratch.array, 0, array, tail, count);
        tail += count;
    }

    /// Returns room for a whole datagram, as a buffer to read into; [#receivedDatagram] follows. The buffer is empty before.
    ///
    /// @throws LimitException when the array may not grow so much
    public ByteBuffer room(int bytes) throws LimitException {
        if (head == tail) {
            rewind();
            resize();
        }
        while (array.length - tail < bytes) {
            makeRoom();
        }
        return chunk.view.limit(tail + bytes).position(tail);
    }

    /// Records that a datagram of `count` bytes was read into [#room(int)]. The input ends behind it, until its bytes are
    /// consumed and the next one follows.
    public void receivedDatagram(int count) {
        received(count);
        border = true;
    }

    /// Goes on behind a datagram whose bytes are consumed.
    ///
    /// @return false while some of them are left
    boolean passesBorder() {
        if (!border) {
            return true;
        }
        if (head != tail) {
            return false;
        }
        border = false;
        return true;
    }

    /// The first array is as large as what was read; each further one at least doubles, so that small pieces of a long message
    /// are not copied once for each read.
    private int bytesFor(int needed) {
        return array.length == 0 ? needed : (int) Math.min(mostBytes, Math.max(needed, 2L * array.length));
    }

    /// Uses the driver's chunk, of which the first `count` bytes are input, until [#keep]. If bytes are left over, it
    /// appends the input to them instead.
    ///
    /// @throws LimitException when leftovers and input together exceed the buffer's limit
    public void lend(HeapBuffer scratch, int count) throws LimitException {
        if (head != tail) {
            append(scratch.array, 0, count);
            return;
        }
        give();
        hold(scratch);
        tail = count;
        lent = true;
    }

    /// Ends [#lend]: unconsumed bytes move into an array of its own.
    public void keep() throws LimitException {
        if (!lent) {
            return;
        }
        byte[] scratch = array;
        int from = head;
        int left = tail - head;
        lent = false;
        hold(HeapBuffer.NONE);
        head = 0;
        tail = 0;
        if (left > 0) {
            int found = missingUpTo;
            append(scratch, from, left);
            missingUpTo = Math.max(0, found - from);
        } else {
            missingUpTo = 0;
        }
    }

    /// The peer has ended.
    public void end() {
        ended = true;
    }

    /// Gives an empty array back before a wait, where the pool takes it.
    public void reclaim() {
        if (head == tail && pool.reclaims() && !lent) {
            give();
        }
    }

    /// Gives everything back.
    public void clear() {
        if (array.length == 0) {
            return;
        }
        head = tail;
        if (!lent) {
            give();
        }
    }

    /// Gives everything back, and refers to no pool any more.
    void leavePool() {
        clear();
        pool = BufferPool.UNPOOLED;
    }

    /// Bytes that its own array occupies.
    public int capacity() {
        return lent ? 0 : array.length;
    }

    private void append(byte[] source, int from, int count) throws LimitException {
        while (array.length - tail < count) {
            makeRoom();
        }
        System.arraycopy(source, from, array, tail, count);
        tail += count;
    }

    /// Moves the bytes to the front if that makes room, else to a larger array.
    private void makeRoom() throws LimitException {
        if (head > 0 && (head >= array.length / 2 || array.length >= mostBytes)) {
            System.arraycopy(array, head, array, 0, tail - head);
            missingUpTo = Math.max(0, missingUpTo - head);
        } else {
            int larger = largerBytes();
            HeapBuffer next = pool.take(larger);
            System.arraycopy(array, head, next.array, 0, tail - head);
            int searched = Math.max(0, missingUpTo - head);
            give();
            missingUpTo = searched;
            hold(next);
        }
        tail -= head;
        head = 0;
    }

    /// Adapts an empty array to the peer's input: larger after a full read, small again after many small ones.
    private void resize() throws LimitException {
        if (filled && array.length < Math.min(LARGEST_STEP_BYTES, mostBytes)) {
            int larger = largerBytes();
            give();
            hold(pool.take(larger));
        } else if (smallReads > SMALL_READS && array.length > FIRST_BYTES) {
            give();
        }
        filled = false;
    }

    private int largerBytes() throws LimitException {
        int length = array.length;
        if (length >= mostBytes) {
            throw new LimitException(Limit.BUFFER_PER_CONNECTION);
        }
        int step = length == 0 ? FIRST_BYTES : Math.min(3 * length, Math.max(LARGEST_STEP_BYTES, length));
        return Math.min(mostBytes, length + step);
    }

    private void give() {
        if (array.length > 0) {
            pool.give(chunk);
            hold(HeapBuffer.NONE);
        }
        missingUpTo = 0;
        if (head == tail) {
            head = 0;
            tail = 0;
        }
    }

    private void hold(HeapBuffer next) {
        chunk = next;
        array = next.array;
    }

    private void rewind() {
        head = 0;
        tail = 0;
        missingUpTo = 0;
    }

    // --- the handler's side ---

    @Override
    public int available() {
        return tail - head;
    }

    /// Whether the input ends behind the available bytes, or the datagram that they belong to.
    @Override
    public boolean ended() {
        return ended || border;
    }

    /// Whether the peer has ended: nothing more follows.
    boolean inputEnded() {
        return ended;
    }

    @Override
    public int maxFrameBytes() {
        return maxFrameBytes;
    }

    @Override
    public int peek(int index) {
        if (index < 0 || index >= tail - head) {
            throw new IndexOutOfBoundsException("byte " + index + " of " + (tail - head));
        }
        return array[head + index] & 0xff;
    }

    @Override
    public int indexOf(byte value, int from) {
        int begin = head + from;
        if (value == missing && missingSequence.length == 0 && begin <= missingUpTo) {
            begin = missingUpTo;
        }
        for (int i = begin; i < tail; i++) {
            if (array[i] == value) {
                return i - head;
            }
        }
        if (from == 0) {
            missing = value;
            missingSequence = NO_SEQUENCE;
            missingUpTo = tail;
        }
        return -1;
    }

    @Override
    public int indexOf(byte[] sequence) {
        int length = sequence.length;
        if (length == 0) {
            return 0;
        }
        int begin = notSearched(sequence);
        for (int i = begin; i <= tail - length; i++) {
            if (array[i] == sequence[0] && Arrays.equals(array, i, i + length, sequence, 0, length)) {
                return i - head;
            }
        }
        if (!Arrays.equals(sequence, missingSequence)) {
            missingSequence = sequence.clone();
        }
        missingUpTo = Math.max(begin, tail - length + 1);
        return -1;
    }

    /// The index from which the sequence may begin.
    private int notSearched(byte[] sequence) {
        return Arrays.equals(sequence, missingSequence) ? Math.max(head, missingUpTo) : head;
    }

    /// How many bytes a search for the sequence would examine now.
    int toSearch(byte[] sequence) {
        return tail - notSearched(sequence);
    }

    @Override
    public void read(byte[] into, int offset, int length) {
        requireAvailable(length);
        System.arraycopy(array, head, into, offset, length);
        head += length;
    }

    @Override
    public void skip(int length) {
        requireAvailable(length);
        head += length;
    }

    @Override
    public ByteBuffer takeAll() {
        ByteBuffer all = chunk.view.limit(tail).position(head);
        head = tail;
        return all;
    }

    @Override
    public String takeUtf8(int length) throws MalformedInputException {
        requireAvailable(length);
        String text = new String(array, head, length, StandardCharsets.UTF_8);
        if (text.indexOf('\uFFFD') >= 0) {
            requireUtf8(length);
        }
        head += length;
        return text;
    }

    /// How many of the available bytes are complete characters, if they are UTF-8 at all: the last one may be
    /// incomplete.
    int wholeCharactersBytes() {
        int available = tail - head;
        for (int back = 1; back <= Math.min(3, available); back++) {
            int lead = array[tail - back] & 0xff;
            if (lead >= 0xc0) {
                int length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
                return length > back ? available - back : available;
            }
            if (lead < 0x80) {
                return available;
            }
        }
        return available;
    }

    /// Requires UTF-8. A replacement character in the text may have been sent as such: only a strict decoder can
    /// distinguish.
    private void requireUtf8(int length) throws MalformedInputException {
        try {
            CharBuffer unused = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(array, head, length));
            assert unused != null;
        } catch (MalformedInputException e) {
            throw e;
        } catch (CharacterCodingException e) {
            throw new IllegalStateException("UTF-8 maps every character", e);
        }
    }

    private void requireAvailable(int length) {
        if (length < 0 || length > tail - head) {
            throw new IndexOutOfBoundsException(length + " bytes of " + (tail - head));
        }
    }
}
