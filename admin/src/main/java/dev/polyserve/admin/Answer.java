package dev.polyserve.admin;

import java.nio.charset.StandardCharsets;

/// The answer to a request: a status of HTTP, a media type and a body.
@SuppressWarnings("ArrayRecordComponent") // written once, never compared
record Answer(int status, String type, byte[] body) {
    static final int OK = 200;
    static final int ACCEPTED = 202;
    static final int BAD_REQUEST = 400;
    static final int UNAUTHORIZED = 401;
    static final int FORBIDDEN = 403;
    static final int NOT_FOUND = 404;
    static final int NOT_ALLOWED = 405;
    static final int CONFLICT = 409;
    static final int FAILED = 500;
    static final int UNAVAILABLE = 503;

    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String JSON = "application/json";

    /// One sentence.
    static Answer text(int status, String sentence) {
        return new Answer(status, TEXT, (sentence + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /// A JSON object.
    static Answer json(String object) {
        return new Answer(OK, JSON, object.getBytes(StandardCharsets.UTF_8));
    }
}
