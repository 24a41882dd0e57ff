›
"serve…
I
case0/in0_valuePlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
D
case0/in0_biasPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
Y
case0/BiasAddBiasAddcase0/in0_valuecase0/in0_bias*
data_formatNHWC*
T0
I
case1/in1_valuePlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
D
case1/in1_biasPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
p
case2/in2_valuePlaceholder*C
shape::8ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ*
dtype0
D
case2/in2_biasPlaceholder*
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
Y
case2/BiasAddBiasAddcase2/in2_valuecase2/in2_bias*
data_formatNCHW*
T0
V
case3/in3_valuePlaceholder*)
shape :ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ*
dtype0
;
case3/in3_biasPlaceholder*
shape:*
dtype0
Y
case3/BiasAddBiasAddcase3/in3_valuecase3/in3_bias*
data_formatNCHW*
T0"ª*Ç
case3½
>
value5
case3/in3_value:0ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ
"
bias
case3/in3_bias:0;
out03
case3/BiasAdd:0ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*¶
case0¬
1
value(
case0/in0_value:0ÿÿÿÿÿÿÿÿÿ
+
bias#
case0/in0_bias:0ÿÿÿÿÿÿÿÿÿ.
out0&
case0/BiasAdd:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*„
case2ú
X
valueO
case2/in2_value:08ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿ
+
bias#
case2/in2_bias:0ÿÿÿÿÿÿÿÿÿU
out0M
case2/BiasAdd:08ÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿÿtensorflow/serving/predict