<#--
  Expressions that MySQL and MemSQL have and Calcite has not. Operators that only Millrace knows are made here with the
  precedence they need; SqlParsers turns them into calls of functions once the tree stands.
-->

JAVACODE SqlPrefixOperator bang() {
    return new SqlPrefixOperator("!", SqlKind.NOT, 90, null, null, null);
}

JAVACODE SqlBinaryOperator path(String name) {
    return new SqlBinaryOperator(name, SqlKind.OTHER, 110, true, null, null, null);
}

/** Binary operators. */
void MySqlOperator(List<Object> list, ExprContext exprContext, Span s) :
{
    final SqlOperator op;
    final SqlIdentifier key;
    final SqlDataTypeSpec type;
    final SqlParserPos pos;
}
{
    (
        <DIV> { op = SqlStdOperatorTable.DIVIDE_INTEGER; }
    |
        <NULL_SAFE_EQUAL> { op = SqlStdOperatorTable.IS_NOT_DISTINCT_FROM; }
    |
        <JSON_ARROW> { op = path("->"); }
    |
        <JSON_TEXT_ARROW> { op = path("->>"); }
    )
    {
        checkNonQueryExpression(exprContext);
        list.add(new SqlParserUtil.ToTreeListItem(op, getPos()));
    }
    AddExpression2b(list, ExprContext.ACCEPT_SUB_QUERY)
|
    (
        <JSON_AT> { op = path("::"); }
    |
        <JSON_TEXT_AT> { op = path("::$"); }
    |
        <JSON_NUMBER_AT> { op = path("::%"); }
    )
    {
        checkNonQueryExpression(exprContext);
        list.add(new SqlParserUtil.ToTreeListItem(op, getPos()));
    }
    key = SimpleIdentifier() {
        list.add(SqlLiteral.createCharString(key.getSimple(), key.getParserPosition()));
    }
|
    <CAST_TO> {
        checkNonQueryExpression(exprContext);
        pos = getPos();
    }
    type = DataType() {
        list.add(new SqlParserUtil.ToTreeListItem(SqlLibraryOperators.INFIX_CAST, pos));
        list.add(type);
    }
}

/** @@variable and @variable: calls of functions of those names. */
SqlNode Variable() :
{
    final SqlParserPos pos;
}
{
    <SYSTEM_VARIABLE> {
        pos = getPos();
        return createCall(new SqlIdentifier("@@", pos), pos, SqlFunctionCategory.SYSTEM, null,
            ImmutableList.<SqlNode>of(SqlLiteral.createCharString(token.image, pos)));
    }
|
    <USER_VARIABLE> {
        pos = getPos();
        return createCall(new SqlIdentifier("@", pos), pos, SqlFunctionCategory.SYSTEM, null,
            ImmutableList.<SqlNode>of(SqlLiteral.createCharString(token.image, pos)));
    }
}

/** Types that only CAST and CONVERT know. */
SqlTypeNameSpec MySqlTypeName() :
{
    final Span s;
    final int precision;
}
{
    <SIGNED> { s = span(); } [ <INTEGER> | <INT> ] {
        return new SqlBasicTypeNameSpec(SqlTypeName.BIGINT, s.end(this));
    }
|
    <UNSIGNED> { s = span(); } [ <INTEGER> | <INT> ] {
        return new SqlUserDefinedTypeNameSpec(new SqlIdentifier("UNSIGNED", s.pos()), s.end(this));
    }
|
    <DATETIME> { s = span(); } precision = PrecisionOpt() {
        return new SqlBasicTypeNameSpec(SqlTypeName.TIMESTAMP, precision, s.end(this));
    }
}

/** CONVERT(x, type) and CONVERT(x USING charset). */
SqlNode MySqlConvert() :
{
    final Span s;
    final SqlNode e;
    final SqlDataTypeSpec type;
    final SqlIdentifier charset;
}
{
    <MYSQL_CONVERT> { s = span(); }
    <LPAREN>
    e = Expression(ExprContext.ACCEPT_SUB_QUERY)
    (
        <COMMA> type = DataType() <RPAREN> {
            return SqlStdOperatorTable.CAST.createCall(s.end(this), e, type);
        }
    |
        <USING> charset = SimpleIdentifier() <RPAREN> {
            return SqlStdOperatorTable.TRANSLATE.createCall(s.end(this), e, charset);
        }
    )
}
