ç
"serveÃ
A
case0/in0_xPlaceholder*
dtype0*
shape:ÿÿÿÿÿÿÿÿÿ
O
case0/UniqueWithCountsUniqueWithCountscase0/in0_x*
T0*
out_idx0	
A
case1/in1_xPlaceholder*
dtype0*
shape:ÿÿÿÿÿÿÿÿÿ
O
case1/UniqueWithCountsUniqueWithCountscase1/in1_x*
T0*
out_idx0
8
case2/in2_xPlaceholder*
dtype0*
shape:
O
case2/UniqueWithCountsUniqueWithCountscase2/in2_x*
T0*
out_idx0	
8
case3/in3_xPlaceholder*
dtype0*
shape:
O
case3/UniqueWithCountsUniqueWithCountscase3/in3_x*
T0*
out_idx0	"ª*ì
case1â
%
x 
case1/in1_x:0ÿÿÿÿÿÿÿÿÿ3
out1+
case1/UniqueWithCounts:1ÿÿÿÿÿÿÿÿÿ3
out0+
case1/UniqueWithCounts:0ÿÿÿÿÿÿÿÿÿ3
out2+
case1/UniqueWithCounts:2ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*Ú
case3Ð

x
case3/in3_x:0*
out1"
case3/UniqueWithCounts:1	3
out0+
case3/UniqueWithCounts:0ÿÿÿÿÿÿÿÿÿ3
out2+
case3/UniqueWithCounts:2	ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*Ú
case2Ð

x
case2/in2_x:0*
out1"
case2/UniqueWithCounts:1	3
out0+
case2/UniqueWithCounts:0ÿÿÿÿÿÿÿÿÿ3
out2+
case2/UniqueWithCounts:2	ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*ì
case0â
%
x 
case0/in0_x:0ÿÿÿÿÿÿÿÿÿ3
out1+
case0/UniqueWithCounts:1	ÿÿÿÿÿÿÿÿÿ3
out0+
case0/UniqueWithCounts:0ÿÿÿÿÿÿÿÿÿ3
out2+
case0/UniqueWithCounts:2	ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict