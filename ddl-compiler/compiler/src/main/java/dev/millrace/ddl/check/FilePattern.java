package dev.millrace.ddl.check;

import dev.millrace.ddl.CreatePipeline.Source;
import dev.millrace.ddl.CreatePipeline.StringText;
import dev.millrace.ddl.Place;
import dev.millrace.spec.FileSettings;
import dev.millrace.spec.SourceSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.nio.file.FileSystems;
import java.util.Map;
import java.util.Optional;
import java.util.regex.PatternSyntaxException;

/** An absolute path, perhaps with wildcards, and CONFIG beside it. */
final class FilePattern {
    /** Linux' own limit. */
    private static final int LENGTH_MAX = 4_095;

    private FilePattern() {}

    static SourceSpec.Files parse(Source source) {
        source.credentials().ifPresent(text -> {
            throw wrong("files need no CREDENTIALS", text.at());
        });
        return new SourceSpec.Files(
                pattern(source), settings(source.config().orElse(new StringText("{}", source.at()))));
    }

    private static String pattern(Source source) {
        String location = source.location();
        String path = location.startsWith("file://") ? location.substring("file://".length()) : location;
        if (!path.startsWith("/") || path.length() > LENGTH_MAX || path.indexOf('\0') >= 0) {
            throw wrong(
                    "'" + location + "' is not an absolute path on the server, such as '/data/in/*.csv'", source.at());
        }
        for (String part : path.substring(1).split("/", -1)) {
            if (part.equals("..") || part.equals(".")) {
                throw wrong("'" + location + "' has the part '" + part + "': write the path without it", source.at());
            }
            try {
                FileSystems.getDefault().getPathMatcher("glob:" + part);
            } catch (PatternSyntaxException e) {
                throw wrong("'" + part + "' is not a pattern of file names: " + e.getDescription(), source.at());
            }
        }
        return path;
    }

    static FileSettings settings(StringText config) {
        return with(FileSettings.DEFAULT, KafkaConnection.keys("CONFIG", config), config.at());
    }

    /** Settings with more keys, or with other values for known ones. */
    static FileSettings with(FileSettings before, Map<String, String> keys, Place at) {
        FileSettings settings = before;
        for (Map.Entry<String, String> key : keys.entrySet()) {
            try {
                Optional<FileSettings> next = settings.with(key.getKey(), key.getValue());
                settings = next.orElseThrow(() -> Later.unsupported("the setting '" + key.getKey() + "' of files", at));
            } catch (IllegalArgumentException e) {
                throw wrong(e.getMessage(), at);
            }
        }
        return settings;
    }

    private static StatementException wrong(String message, Place at) {
        return new StatementException(SqlState.WRONG_CONFIG, message, at.position());
    }
}
