package dev.polyserve.examples.resp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polyserve.Cause;
import dev.polyserve.conformance.RehearsalResult;
import dev.polyserve.conformance.Rehearsal;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// The replies, byte for byte, for every split of the requests.
class RespConversationTest {
    private static final int SEEDS = 50;
    private static final String REQUESTS = request("PING") + "PING\r\n" + request("ping", "a\r\nb")
            + request("ECHO", "")
            + request("SET", "ключ", "\0\r\n$5\r\n") + "GET ключ\n" + request("GET", "nothing")
            + request("INCR", "n") + "incr  n\r\n\r\n" + request("INCR", "ключ")
            + request("EXISTS", "n", "ключ", "x", "n")
            + request("DEL", "n", "x", "ключ") + request("GET", "n") + request("SET", "n", "-2")
            + request("INCR", "n")
            + request("CONFIG", "GET", "appendonly") + request("CONFIG", "GET", "dir") + request("COMMAND", "DOCS");
    private static final String REPLIES = crlf("""
            +PONG
            +PONG
            $4
            a
            b
            $0

            +OK
            $7
            \0
            $5

            $-1
            :1
            :2
            -ERR value is not an integer or out of range
            :3
            :2
            $-1
            +OK
            :-1
            *2
            $10
            appendonly
            $2
            no
            *0
            *0
            """);

    /// The style of the server.
    enum Style {
        HANDLER {
            @Override
            Rehearsal with(RespStore store) {
                return Rehearsal.handle(RespServer.handler(store));
            }
        },
        MESSAGES {
            @Override
            Rehearsal with(RespStore store) {
                return Rehearsal.messageHandler(RespRequestCodec.shared(), () -> RespServer.messages(store));
            }
        },
        PROTOCOL {
            @Override
            Rehearsal with(RespStore store) {
                return Rehearsal.protocol(() -> RespServer.protocol(store));
            }
        };

        abstract Rehearsal with(RespStore store);
    }

    private static String crlf(String lines) {
        return lines.replace("\n", "\r\n");
    }

    private static String request(String... words) {
        StringBuilder request = new StringBuilder("*" + words.length + "\r\n");
        for (String word : words) {
            int bytes = word.getBytes(StandardCharsets.UTF_8).length;
            request.append("$").append(bytes).append("\r\n").append(word).append("\r\n");
        }
        return request.toString();
    }

    @ParameterizedTest
    @EnumSource
    void pipelinedRequestsAreAnsweredInOrderForEverySplit(Style style) {
        RehearsalResult whole = style.with(new RespStore()).receives(REQUESTS).ends().run();
        assertThat(whole.texts()).as("all in one write").containsExactly(REPLIES);
        assertThat(whole.cause()).isEqualTo(new Cause.Done(true));
        assertThat(style.with(new RespStore()).receives(REQUESTS).ends().oneByteAtATime().run().text())
                .isEqualTo(REPLIES);
        for (int seed = 0; seed < SEEDS; seed++) {
            assertThat(style.with(new RespStore()).receives(REQUESTS).ends().inRandomPieces(seed).run().text())
                    .isEqualTo(REPLIES);
        }
    }

    @ParameterizedTest
    @EnumSource
    void invalidCommandsGetAnErrorAndKeepTheConnection(Style style) {
        RehearsalResult outcome = style.with(new RespStore())
                .receives(request("GET") + request("SET", "a", "b", "EX", "1")
                        + request("NO\r\nSUCH") + request("") + request("\0PING") + request("PINGPINGPING")
                        + request("DEL")
                        + "*0\r\n" + request("PING"))
                .ends().run();
        assertThat(outcome.text()).isEqualTo(crlf("""
                -ERR wrong number of arguments for 'get' command
                -ERR wrong number of arguments for 'set' command
                -ERR unknown command 'NO  SUCH'
                -ERR unknown command ''
                -ERR unknown command ' PING'
                -ERR unknown command 'PINGPINGPING'
                -ERR wrong number of arguments for 'del' command
                +PONG
                """));
        assertThat(outcome.failures()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            *1025~                  | invalid multibulk length
            *99999999~              | invalid multibulk length
            *-1~                    | invalid multibulk length
            *~                      | invalid multibulk length
            *1x~                    | invalid multibulk length
            *1~:1~                  | expected '$', got ':'
            *1~$-1~                 | invalid bulk length
            *1~$1048577~            | invalid bulk length
            *2~$4~ECHO~$1048560~    | invalid bulk length
            *1~$4~PINGPING          | invalid bulk length
            """)
    void aProtocolViolationGetsAnErrorAndEndsTheConnection(String said, String why) {
        String bytes = said.strip().replace("~", "\r\n");
        for (Style style : Style.values()) {
            for (Rehearsal rehearsal : new Rehearsal[]{
                style.with(new RespStore()).receives(request("PING") + bytes + "PING\r\n"),
                style.with(new RespStore()).receives(request("PING") + bytes).ends().oneByteAtATime()}) {
                RehearsalResult outcome = rehearsal.run();
                assertThat(outcome.text()).isEqualTo("+PONG\r\n-ERR Protocol error: " + why + "\r\n");
                assertThat(outcome.cause()).isEqualTo(new Cause.Done(false));
                assertThat(outcome.failures()).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aLineWithoutEndIsRefusedAtTheLimit(Style style) {
        RehearsalResult outcome = style.with(new RespStore()).receives("x".repeat(70_000)).run();
        assertThat(outcome.text()).isEqualTo("-ERR Protocol error: too big inline request\r\n");
    }

    @ParameterizedTest
    @EnumSource
    void quitIsTheLastAnswer(Style style) {
        RehearsalResult outcome = style.with(new RespStore()).receives("QUIT\r\nPING\r\n").run();
        assertThat(outcome.text()).isEqualTo("+OK\r\n");
        assertThat(outcome.cause()).isEqualTo(new Cause.Done(false));
    }

    @ParameterizedTest
    @EnumSource
    void aFullStoreRefusesNewEntriesUntilOneIsDeleted(Style style) {
        RehearsalResult outcome = style.with(new RespStore(1000)).receives(request("SET", "a", "x".repeat(1000))
                + request("SET", "b", "") + request("INCR", "c") + request("DEL", "a") + request("SET", "b", ""))
                .ends().run();
        assertThat(outcome.text()).isEqualTo(crlf("""
                +OK
                -OOM command not allowed: the store is full
                -OOM command not allowed: the store is full
                :1
                +OK
                """));
    }

    @ParameterizedTest
    @EnumSource
    void aLargeValueIsReturnedWhole(Style style) {
        String large = "0123456789".repeat(50_000);
        RehearsalResult outcome = style.with(new RespStore()).receives(request("SET", "a", large) + request("GET", "a"))
                .ends()
                .inRandomPieces(1).run();
        assertThat(outcome.text()).isEqualTo("+OK\r\n$500000\r\n" + large + "\r\n");
    }
}
