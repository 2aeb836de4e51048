package dev.polyserve.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polyserve.Tls;
import dev.polyserve.conversation.BufferBudget;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.jspecify.annotations.Nullable;

class TlsFilterTest {
    private static final String NEW = "TLSv1.3";
    private static final String OLD = "TLSv1.2";
    private static @Nullable TlsEngines engines;

    private final TlsRecordBuffers buffers = new TlsRecordBuffers(new BufferBudget(1 << 30));
    private TlsFilter filter = newFilter();

    @BeforeAll
    static void makeCertificate() throws Exception {
        engines = TlsEngines.of(Tls.selfSigned(), List.of("localhost"), _ -> {});
    }

    private TlsFilter newFilter() {
        return new TlsFilter(Objects.requireNonNull(engines).engine(), buffers);
    }

    /// Gives the filter some of the bytes.
    private void receive(byte[] bytes, int from, int to) {
        for (int next = from; next < to;) {
            ByteBuffer room = filter.room();
            int count = Math.min(room.remaining(), to - next);
            room.put(bytes, next, count);
            filter.received();
            next += count;
        }
    }

    private void receive(byte[] bytes) {
        receive(bytes, 0, bytes.length);
    }

    private byte[] takeUnsent() {
        ByteBuffer unsent = filter.unsent();
        if (unsent == null) {
            return new byte[0];
        }
        byte[] taken = new byte[unsent.remaining()];
        unsent.get(taken);
        filter.sent();
        return taken;
    }

    /// Goes on with the handshake as far as it goes.
    private TlsFilter.Need advance(@Nullable ClientEngine client) throws IOException {
        while (true) {
            switch (filter.handshake()) {
                case READ -> {
                    return TlsFilter.Need.READ;
                }
                case WRITE -> {
                    byte[] flight = takeUnsent();
                    if (client != null) {
                        client.read(flight);
                    }
                }
                case TASK -> filter.runTasks();
                case DONE -> {
                    return TlsFilter.Need.DONE;
                }
            }
        }
    }

    /// @param piece how many bytes the filter gets at once
    private ClientEngine handshake(String protocol, int piece) throws Exception {
        ClientEngine client = ClientEngine.of(protocol);
        TlsFilter.Need need = TlsFilter.Need.READ;
        byte[] flight = client.output();
        while (flight.length > 0) {
            for (int at = 0; at < flight.length; at += piece) {
                receive(flight, at, Math.min(flight.length, at + piece));
                need = advance(client);
            }
            flight = client.output();
        }
        assertThat(need).isEqualTo(TlsFilter.Need.DONE);
        assertThat(filter.engine().getSession().getProtocol()).isEqualTo(protocol);
        return client;
    }

    private byte[] decryptAll(int roomBytes) throws IOException {
        var out = new ByteArrayOutputStream();
        ByteBuffer room = ByteBuffer.allocate(roomBytes);
        int count;
        while ((count = filter.decrypt(room.clear())) > 0) {
            out.write(room.array(), 0, count);
        }
        return out.toByteArray();
    }

    private void encryptAll(byte[] text, ClientEngine client) throws IOException {
        ByteBuffer from = ByteBuffer.wrap(text);
        while (from.hasRemaining()) {
            int count = filter.encrypt(from);
            assertThat(count).isPositive();
            client.read(takeUnsent());
        }
    }

    private static byte[] random(int bytes) {
        byte[] made = new byte[bytes];
        new Random(bytes).nextBytes(made);
        return made;
    }

    @ParameterizedTest
    @ValueSource(strings = {NEW, OLD})
    void aHandshakeMayArriveInPiecesOfAnyLength(String protocol) throws Exception {
        for (int piece : new int[]{1, 2, 3, 5, 7, 64, 1000, 100_000}) {
            filter = newFilter();
            ClientEngine client = handshake(protocol, piece);
            receive(client.records("hello".getBytes(US_ASCII)));
            assertThat(decryptAll(100)).asString().isEqualTo("hello");
            encryptAll("welcome".getBytes(US_ASCII), client);
            assertThat(client.plain()).asString().isEqualTo("welcome");
        }
    }

    /// The client's flights come in two pieces each. To read the first one takes no cryptography.
    @ParameterizedTest
    @ValueSource(strings = {NEW, OLD})
    void aHandshakeMayBeSplitAtEachByte(String protocol) throws Exception {
        byte[] hello = ClientEngine.of(protocol).output();
        for (int split = 1; split < hello.length; split++) {
            filter = newFilter();
            receive(hello, 0, split);
            assertThat(filter.handshake()).as("after %d bytes", split).isEqualTo(TlsFilter.Need.READ);
            receive(hello, split, hello.length);
            assertThat(filter.handshake()).as("after all bytes").isEqualTo(TlsFilter.Need.TASK);
        }
        int bytes = splitLastFlight(protocol, 1);
        for (int split = 2; split < bytes; split++) {
            assertThat(splitLastFlight(protocol, split)).isGreaterThan(split);
        }
    }

    /// @return how many bytes the client's last flight has
    private int splitLastFlight(String protocol, int split) throws Exception {
        filter = newFilter();
        ClientEngine client = ClientEngine.of(protocol);
        receive(client.output());
        advance(client);
        byte[] last = client.output();
        receive(last, 0, split);
        assertThat(advance(client)).as("after %d bytes", split).isEqualTo(TlsFilter.Need.READ);
        receive(last, split, last.length);
        assertThat(advance(client)).as("after all bytes").isEqualTo(TlsFilter.Need.DONE);
        return last.length;
    }

    @ParameterizedTest
    @ValueSource(strings = {NEW, OLD})
    void recordsMayBeSplitAtEachByte(String protocol) throws Exception {
        ClientEngine client = handshake(protocol, 100_000);
        byte[] text = random(100);
        int bytes = text.length;
        for (int split = 0; split <= bytes; split++) {
            byte[] records = client.records(text);
            bytes = records.length;
            receive(records, 0, split);
            assertThat(decryptAll(1000)).as("after %d bytes", split).hasSize(split < bytes ? 0 : text.length);
            receive(records, split, bytes);
            assertThat(decryptAll(7)).as("after all bytes").isEqualTo(split < bytes ? text : new byte[0]);
            assertThat(filter.hasPart()).isFalse();
        }
        assertThat(bytes).isGreaterThan(text.length);
    }

    @ParameterizedTest
    @ValueSource(strings = {NEW, OLD})
    void severalRecordsAtOnceAndEmptyOnes(String protocol) throws Exception {
        ClientEngine client = handshake(protocol, 100_000);
        receive(client.records("one ".getBytes(US_ASCII)));
        receive(client.records(new byte[0]));
        receive(client.records("two ".getBytes(US_ASCII)));
        receive(client.records("three".getBytes(US_ASCII)));
        assertThat(decryptAll(1000)).asString().isEqualTo("one two three");
        receive(client.records(new byte[0]));
        assertThat(filter.decrypt(ByteBuffer.allocate(10))).isZero();
        assertThat(filter.hasMore()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {NEW, OLD})
    void textsOfEveryLengthBothWays(String protocol) throws Exception {
        ClientEngine client = handshake(protocol, 100_000);
        var sent = new ByteArrayOutputStream();
        for (int bytes : new int[]{1, 16_366, 16_367, 16_368, 16_383, 16_384, 16_385, 70_000}) {
            byte[] text = random(bytes);
            var got = new ByteArrayOutputStream();
            byte[] records = client.records(text);
            for (int at = 0; at < records.length; at += 10_000) {
                receive(records, at, Math.min(records.length, at + 10_000));
                got.write(decryptAll(4096));
            }
            assertThat(got.toByteArray()).isEqualTo(text);
            sent.write(text);
            encryptAll(text, client);
            assertThat(client.plain()).isEqualTo(sent.toByteArray());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {NEW, OLD})
    void theEndComesAfterTheBytes(String protocol) throws Exception {
        ClientEngine client = handshake(protocol, 100_000);
        receive(client.records("last".getBytes(US_ASCII)));
        receive(client.end());
        ByteBuffer room = ByteBuffer.allocate(100);
        assertThat(filter.decrypt(room)).isEqualTo(4);
        assertThat(filter.hasMore()).as("the end").isTrue();
        assertThat(filter.decrypt(room)).isEqualTo(TlsFilter.END);
        byte[] answer = "the answer".getBytes(US_ASCII);
        if (protocol.equals(NEW)) {
            encryptAll(answer, client);
        } else {
            assertThatThrownBy(() -> encryptAll(answer, client)).hasMessageContaining("as TLS 1.2 does");
        }
        filter.end();
        client.read(takeUnsent());
        assertThat(client.plain()).asString().isEqualTo(protocol.equals(NEW) ? "the answer" : "");
        assertThat(client.closed()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {NEW, OLD})
    void bytesBeforeTheEndAreAnsweredThoughTheEndHasArrived(String protocol) throws Exception {
        ClientEngine client = handshake(protocol, 100_000);
        byte[] request = client.records("request".getBytes(US_ASCII));
        byte[] end = client.end();
        byte[] all = Arrays.copyOf(request, request.length + end.length);
        System.arraycopy(end, 0, all, request.length, end.length);
        receive(all);
        filter.receivedEnd();
        ByteBuffer room = ByteBuffer.allocate(100);
        assertThat(filter.decrypt(room)).isEqualTo(7);
        ByteBuffer answer = ByteBuffer.wrap("answer".getBytes(US_ASCII));
        assertThat(filter.encrypt(answer)).isEqualTo(6);
        assertThat(takeUnsent()).isNotEmpty();
        assertThat(filter.hasMore()).as("the end").isTrue();
        assertThat(filter.decrypt(room)).isEqualTo(TlsFilter.END);
    }

    @ParameterizedTest
    @ValueSource(strings = {NEW, OLD})
    void readingGoesOnAfterTheEndOfTheOutput(String protocol) throws Exception {
        ClientEngine client = handshake(protocol, 100_000);
        encryptAll("all".getBytes(US_ASCII), client);
        byte[] before = client.records("sent before".getBytes(US_ASCII));
        filter.end();
        client.read(takeUnsent());
        assertThat(client.closed()).isTrue();
        receive(before);
        assertThat(decryptAll(100)).asString().isEqualTo("sent before");
        filter.end();
        assertThat(filter.unsent()).as("one close_notify").isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {NEW, OLD})
    void anEndWithoutCloseNotifyIsATruncation(String protocol) throws Exception {
        ClientEngine client = handshake(protocol, 100_000);
        receive(client.records("some".getBytes(US_ASCII)));
        filter.receivedEnd();
        ByteBuffer room = ByteBuffer.allocate(100);
        assertThat(filter.decrypt(room)).isEqualTo(4);
        assertThat(filter.hasMore()).isTrue();
        assertThatThrownBy(() -> filter.decrypt(room)).isInstanceOf(EOFException.class)
                .hasMessageContaining("close_notify");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.1\r\n", "SSH-2.0-x", "\n", "\u0016xxxxx"})
    void plainTextIsRecognized(String text) {
        receive(text.getBytes(US_ASCII));
        assertThatThrownBy(filter::handshake).isInstanceOf(SSLException.class)
                .hasMessageStartingWith("plain text arrived where TLS was expected");
    }

    @ParameterizedTest
    @ValueSource(strings = {NEW, OLD})
    void aChangedRecordIsRefusedAfterTheBytesBeforeIt(String protocol) throws Exception {
        ClientEngine client = handshake(protocol, 100_000);
        receive(client.records("good".getBytes(US_ASCII)));
        byte[] changed = client.records("bad".getBytes(US_ASCII));
        changed[changed.length - 1] ^= 1;
        receive(changed);
        assertThat(decryptOnce()).isEqualTo("good");
        assertThat(filter.hasMore()).isTrue();
        assertThatThrownBy(this::decryptOnce).isInstanceOf(SSLException.class)
                .hasMessageStartingWith("reading TLS failed");
        filter.wrapRest();
        byte[] alert = takeUnsent();
        assertThatThrownBy(() -> client.read(alert)).hasMessageContaining("bad_record_mac");
        assertThatThrownBy(() -> filter.encrypt(ByteBuffer.wrap(new byte[1]))).isInstanceOf(SSLException.class);
    }

    private String decryptOnce() throws IOException {
        ByteBuffer room = ByteBuffer.allocate(1000);
        filter.decrypt(room);
        return new String(room.array(), 0, room.position(), US_ASCII);
    }

    @ParameterizedTest
    @ValueSource(strings = {NEW, OLD})
    void recordsThatAreTooLongOrUnknownAreRefused(String protocol) throws Exception {
        handshake(protocol, 100_000);
        receive(new byte[]{23, 3, 3, 0x41, 0x50});
        assertThatThrownBy(this::decryptOnce).isInstanceOf(SSLException.class).hasMessageContaining("16725 bytes");
        filter = newFilter();
        handshake(protocol, 100_000);
        receive(new byte[]{99, 3, 3, 0, 1, 0});
        assertThatThrownBy(this::decryptOnce).isInstanceOf(SSLException.class).hasMessageContaining("no record of TLS");
    }

    @Test
    void renegotiationIsRefused() throws Exception {
        ClientEngine client = handshake(OLD, 100_000);
        client.engine.beginHandshake();
        receive(client.output());
        assertThatThrownBy(this::decryptOnce).isInstanceOf(SSLException.class).hasMessageContaining("renegotiation");
    }

    @Test
    void newKeysAreTaken() throws Exception {
        ClientEngine client = handshake(NEW, 100_000);
        for (int i = 0; i < 3; i++) {
            client.engine.beginHandshake(); // after a handshake of TLS 1.3, a KeyUpdate that asks for one
            receive(client.output());
            receive(client.records("old ".getBytes(US_ASCII)));
            assertThat(decryptAll(100)).asString().isEqualTo("old ");
            encryptAll("new ".getBytes(US_ASCII), client);
        }
        assertThat(client.plain()).asString().isEqualTo("new new new ");
    }

    @Test
    void requestsForNewKeysWithoutAnswersAreBounded() throws Exception {
        ClientEngine client = handshake(NEW, 100_000);
        assertThatThrownBy(() -> {
            for (int i = 0; i < 100; i++) {
                client.engine.beginHandshake();
                receive(client.output());
                decryptOnce();
            }
        }).isInstanceOf(SSLException.class).hasMessageContaining("new keys");
    }

    @ParameterizedTest
    @ValueSource(strings = {NEW, OLD})
    void anEndDuringTheHandshakeIsAFailure(String protocol) throws Exception {
        ClientEngine client = ClientEngine.of(protocol);
        byte[] hello = client.output();
        for (int bytes : new int[]{0, 1, hello.length / 2, hello.length}) {
            filter = newFilter();
            receive(Arrays.copyOf(hello, bytes));
            advance(null);
            filter.receivedEnd();
            assertThatThrownBy(() -> advance(null)).isInstanceOf(EOFException.class)
                    .hasMessageContaining("during the TLS handshake");
        }
    }

    @Test
    void aRefusedHandshakeTellsTheClient() throws Exception {
        SSLEngine engine = EnginePair.client("localhost");
        engine.setEnabledProtocols(new String[]{OLD});
        engine.setEnabledCipherSuites(new String[]{"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"});
        ClientEngine client = new ClientEngine(engine);
        engine.beginHandshake();
        receive(client.output());
        assertThatThrownBy(() -> advance(client)).isInstanceOf(SSLException.class)
                .hasMessageStartingWith("the TLS handshake failed");
        filter.wrapRest();
        byte[] alert = takeUnsent();
        assertThatThrownBy(() -> client.read(alert)).hasMessageContaining("handshake_failure");
    }
}
