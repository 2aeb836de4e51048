package dev.polyserve.conversation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.Codec;
import dev.polyserve.Framing;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BuffersTest {
    private static final int MOST_BYTES = 4096;

    private final InputBuffer in = new InputBuffer(BufferPool.UNPOOLED, MOST_BYTES, 100);
    private final OutputBuffer out = new OutputBuffer(BufferPool.UNPOOLED, MOST_BYTES);

    private void arrive(byte[] bytes) throws LimitException {
        for (int from = 0; from < bytes.length;) {
            ByteBuffer room = in.room();
            int count = Math.min(room.remaining(), bytes.length - from);
            room.put(bytes, from, count);
            in.received(count);
            from += count;
        }
    }

    private void arrive(String text) throws LimitException {
        arrive(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void shouldFindWhatCameAfterALookInVain() throws LimitException {
        arrive("abc");
        assertThat(in.indexOf((byte) ';', 0)).isEqualTo(-1);
        arrive("d;e;");
        assertThat(in.indexOf((byte) ';', 0)).isEqualTo(4);
        assertThat(in.indexOf((byte) ';', 5)).isEqualTo(6);
        assertThat(in.indexOf((byte) 'a', 0)).as("another byte is looked for from the start").isEqualTo(0);
    }

    @Test
    void shouldForgetTheLookInVainWithWhatWasConsumed() throws LimitException {
        arrive("abcdef");
        assertThat(in.indexOf((byte) ';', 0)).isEqualTo(-1);
        in.skip(6);
        arrive(";");
        assertThat(in.indexOf((byte) ';', 0)).isEqualTo(0);
    }

    @Test
    void shouldFindLikeASimpleSearchWhateverHappensToTheArray() throws LimitException {
        Random random = new Random(11);
        StringBuilder model = new StringBuilder();
        for (int step = 0; step < 20_000; step++) {
            switch (random.nextInt(4)) {
                case 0 -> {
                    String more = "ab;".substring(random.nextInt(3)).repeat(random.nextInt(60));
                    if (model.length() + more.length() < MOST_BYTES / 4) {
                        arrive(more);
                        model.append(more);
                    }
                }
                case 1 -> {
                    int count = random.nextInt(model.length() + 1);
                    in.skip(count);
                    model.delete(0, count);
                }
                case 2 -> {
                    String sought = random.nextBoolean() ? "b;" : ";ab;a";
                    assertThat(in.indexOf(sought.getBytes(StandardCharsets.UTF_8))).as("step %d", step)
                            .isEqualTo(model.indexOf(sought));
                }
                default -> {
                    String sought = random.nextBoolean() ? ";" : "a";
                    int from = random.nextInt(model.length() + 1);
                    assertThat(in.indexOf((byte) sought.charAt(0), from)).as("step %d", step)
                            .isEqualTo(model.indexOf(sought, from));
                }
            }
            assertThat(in.available()).isEqualTo(model.length());
        }
    }

    @Test
    void shouldFindASequenceThatComesInPieces() throws LimitException {
        byte[] sequence = "--end".getBytes(StandardCharsets.UTF_8);
        for (String piece : new String[]{"text-", "-", "-", "--e", "n"}) {
            arrive(piece);
            assertThat(in.indexOf(sequence)).as("after '%s'", piece).isEqualTo(-1);
        }
        arrive("d--end");
        assertThat(in.indexOf(sequence)).isEqualTo(7);
        in.skip(12);
        assertThat(in.indexOf(sequence)).isEqualTo(0);
        assertThat(in.indexOf("nd".getBytes(StandardCharsets.UTF_8))).as("another is looked for from the start")
                .isEqualTo(3);
    }

    @Test
    void shouldLookAtEachByteOnlyWhileADelimiterMayBeginThere() throws IOException {
        byte[] delimiter = {'\r', '\n'};
        Codec<byte[]> codec = Framing.delimited(MOST_BYTES, delimiter);
        int looks = 0;
        for (int i = 0; i < MOST_BYTES; i++) {
            // Each byte may begin the delimiter, and none does.
            arrive("\r");
            looks += in.toSearch(delimiter);
            assertThat(codec.decode(in)).isNull();
        }
        assertThat(looks).as("bytes looked at").isLessThanOrEqualTo(delimiter.length * MOST_BYTES);
    }

    @Test
    void shouldKeepLeftoversOfALentArray() throws LimitException {
        HeapBuffer scratch = new HeapBuffer(64);
        scratch.room().put("abc;def".getBytes(StandardCharsets.UTF_8));
        in.lend(scratch, 7);
        assertThat(in.indexOf((byte) '\n', 0)).isEqualTo(-1);
        in.skip(4);
        in.keep();
        scratch.room().put("ghi\nxyz".getBytes(StandardCharsets.UTF_8));
        in.lend(scratch, 7);
        assertThat(in.indexOf((byte) '\n', 0)).isEqualTo(6);
        in.keep();
        assertThat(new String(in.take(10), StandardCharsets.UTF_8)).isEqualTo("defghi\nxyz");
        in.keep();
        assertThat(in.available()).isZero();
    }

    @Test
    void shouldTakeExactlyTheMostAndNotOneMore() throws LimitException {
        arrive(new byte[MOST_BYTES]);
        assertThat(in.available()).isEqualTo(MOST_BYTES);
        assertThatThrownBy(in::room).isInstanceOf(LimitException.class);
        out.append(new byte[MOST_BYTES], 0, MOST_BYTES);
        assertThatThrownBy(() -> out.append((byte) 0)).isInstanceOf(LimitException.class);
        assertThat(out.pending()).isEqualTo(MOST_BYTES);
    }

    @Test
    void shouldRefuseToReadWhatIsNotThere() throws LimitException {
        arrive("ab");
        assertThatThrownBy(() -> in.skip(3)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> in.skip(-1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> in.peek(2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> in.take(3)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(in.available()).isEqualTo(2);
    }

    @Test
    void shouldKeepTheTailAfterAShortWrite() throws LimitException {
        Random random = new Random(3);
        int written = 0;
        int taken = 0;
        for (int step = 0; step < 20_000; step++) {
            byte[] more = new byte[random.nextInt(50)];
            if (out.pending() + more.length < MOST_BYTES / 2) {
                for (int i = 0; i < more.length; i++) {
                    more[i] = (byte) written++;
                }
                out.append(more, 0, more.length);
            }
            ByteBuffer pending = out.pendingBytes();
            int count = random.nextInt(pending.remaining() + 1);
            for (int i = 0; i < count; i++) {
                assertThat(pending.get()).isEqualTo((byte) taken++);
            }
            out.sent(count);
            assertThat(out.pending()).isEqualTo(written - taken);
        }
        assertThat(written).isGreaterThan(100_000);
    }
}
