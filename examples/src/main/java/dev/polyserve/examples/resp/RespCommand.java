package dev.polyserve.examples.resp;

/// The RESP commands that the example supports.
enum RespCommand {
    /// `PING [text]`.
    PING(1, 2),
    /// `ECHO text`.
    ECHO(2, 2),
    /// `GET key`.
    GET(2, 2),
    /// `SET key value`.
    SET(3, 3),
    /// `INCR key`.
    INCR(2, 2),
    /// `DEL key…`.
    DEL(2, RespRequest.MOST_WORDS),
    /// `EXISTS key…`.
    EXISTS(2, RespRequest.MOST_WORDS),
    /// `CONFIG GET name`; `redis-benchmark` sends it first.
    CONFIG(3, 3),
    /// `COMMAND …`; `redis-cli` sends it for its help. The reply is empty.
    COMMAND(1, RespRequest.MOST_WORDS),
    /// `QUIT`.
    QUIT(1, 1),
    /// Any other command.
    UNKNOWN(0, RespRequest.MOST_WORDS);

    private static final RespCommand[] ALL = values();

    private final long code = RespRequest.code(name());
    private final int fewestWords;
    private final int mostWords;

    RespCommand(int fewestWords, int mostWords) {
        this.fewestWords = fewestWords;
        this.mostWords = mostWords;
    }

    static RespCommand of(RespRequest request) {
        long code = request.code(0);
        for (RespCommand command : ALL) {
            if (command.code == code && command != UNKNOWN) {
                return command;
            }
        }
        return UNKNOWN;
    }

    /// Whether the command accepts this number of words, including its name.
    boolean takes(int words) {
        return fewestWords <= words && words <= mostWords;
    }
}
