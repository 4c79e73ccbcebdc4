package dev.millrace.jdbc;

import java.io.InputStream;
import java.io.Reader;
import java.sql.Date;
import java.sql.NClob;
import java.sql.RowId;
import java.sql.SQLException;
import java.sql.SQLXML;
import java.sql.Timestamp;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.Calendar;
import org.apache.calcite.avatica.AvaticaPreparedStatement;
import org.apache.calcite.avatica.Meta;

/** A prepared statement that can be cancelled and whose timestamps keep their microseconds. */
final class MillracePreparedStatement extends AvaticaPreparedStatement {
    private static final int NANOS_PER_MILLI = 1_000_000;

    MillracePreparedStatement(
            MillraceConnection connection,
            Meta.StatementHandle handle,
            Meta.Signature signature,
            int type,
            int concurrency,
            int holdability)
            throws SQLException {
        super(connection, handle, signature, type, concurrency, holdability);
    }

    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // another thread is inside, waiting for the answer
    public void cancel() throws SQLException {
        ((MillraceConnection) connection).killQuery();
    }

    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // as above
    public void close() throws SQLException {
        ((MillraceConnection) connection).beforeClose(this);
        super.close();
    }

    /** Avatica's timestamps end at milliseconds; text does not. */
    @Override
    public void setTimestamp(int parameter, Timestamp value) throws SQLException {
        setTimestamp(parameter, value, getCalendar());
    }

    @Override
    public void setTimestamp(int parameter, Timestamp value, Calendar calendar) throws SQLException {
        if (value == null || value.getNanos() % NANOS_PER_MILLI == 0) {
            super.setTimestamp(parameter, value, calendar);
        } else {
            setString(
                    parameter,
                    MicrosAccessor.text(
                            LocalDateTime.ofInstant(
                                    value.toInstant(), calendar.getTimeZone().toZoneId()),
                            6));
        }
    }

    @Override
    public void setObject(int parameter, Object value) throws SQLException {
        if (value instanceof LocalDateTime time) {
            setString(parameter, MicrosAccessor.text(time, 6));
        } else if (value instanceof LocalDate date) {
            setDate(parameter, Date.valueOf(date));
        } else if (value instanceof Timestamp time) {
            setTimestamp(parameter, time);
        } else {
            super.setObject(parameter, value);
        }
    }

    @Override
    public void setRowId(int parameter, RowId value) throws SQLException {
        getSite(parameter).setRowId(value);
    }

    @Override
    public void setNString(int parameter, String value) throws SQLException {
        getSite(parameter).setNString(value);
    }

    @Override
    public void setNCharacterStream(int parameter, Reader value, long length) throws SQLException {
        getSite(parameter).setNCharacterStream(value, length);
    }

    @Override
    public void setNClob(int parameter, NClob value) throws SQLException {
        getSite(parameter).setNClob(value);
    }

    @Override
    public void setClob(int parameter, Reader value, long length) throws SQLException {
        getSite(parameter).setClob(value, length);
    }

    @Override
    public void setBlob(int parameter, InputStream value, long length) throws SQLException {
        getSite(parameter).setBlob(value, length);
    }

    @Override
    public void setNClob(int parameter, Reader value, long length) throws SQLException {
        getSite(parameter).setNClob(value, length);
    }

    @Override
    public void setSQLXML(int parameter, SQLXML value) throws SQLException {
        getSite(parameter).setSQLXML(value);
    }

    @Override
    public void setAsciiStream(int parameter, InputStream value, long length) throws SQLException {
        getSite(parameter).setAsciiStream(value, length);
    }

    @Override
    public void setBinaryStream(int parameter, InputStream value, long length) throws SQLException {
        getSite(parameter).setBinaryStream(value, length);
    }

    @Override
    public void setCharacterStream(int parameter, Reader value, long length) throws SQLException {
        getSite(parameter).setCharacterStream(value, length);
    }

    @Override
    public void setAsciiStream(int parameter, InputStream value) throws SQLException {
        getSite(parameter).setAsciiStream(value);
    }

    @Override
    public void setBinaryStream(int parameter, InputStream value) throws SQLException {
        getSite(parameter).setBinaryStream(value);
    }

    @Override
    public void setCharacterStream(int parameter, Reader value) throws SQLException {
        getSite(parameter).setCharacterStream(value);
    }

    @Override
    public void setNCharacterStream(int parameter, Reader value) throws SQLException {
        getSite(parameter).setNCharacterStream(value);
    }

    @Override
    public void setClob(int parameter, Reader value) throws SQLException {
        getSite(parameter).setClob(value);
    }

    @Override
    public void setBlob(int parameter, InputStream value) throws SQLException {
        getSite(parameter).setBlob(value);
    }

    @Override
    public void setNClob(int parameter, Reader value) throws SQLException {
        getSite(parameter).setNClob(value);
    }
}
